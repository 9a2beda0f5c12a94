import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type DatasetSchema,
  type DocumentSchema,
  Example_State,
  type ExampleSchema,
} from '#gen/otvet/training/v1/dataset_pb.ts';
import { DatasetService } from '#gen/otvet/training/v1/dataset_service_pb.ts';
import { type ListQuery, listPage } from '#lib/documents/page.ts';
import type { Collection } from '#lib/documents/port.ts';
import { type Served, serve } from '#lib/rpc/server.ts';
import type { AssistantRecord } from './assistants.ts';
import type { DatasetRecord } from './datasets.ts';
import type { DocumentRecord } from './documents.ts';
import type { ExampleRecord } from './examples.ts';
import { assistantNotFound, datasetNotFound } from './failures.ts';
import { below, datasetName, documentName, exampleName, idsOf, importName, lastId } from './names.ts';

export interface DatasetServiceParts {
  readonly assistants: Collection<AssistantRecord>;
  readonly datasets: Collection<DatasetRecord>;
  readonly examples: Collection<ExampleRecord>;
  readonly documents: Collection<DocumentRecord>;
}

export function serveDatasets({ assistants, datasets, examples, documents }: DatasetServiceParts): Served {
  const find = async (name: string): Promise<DatasetRecord> => {
    const { assistant, id } = idsOf(name);
    const record = await datasets.get(`${assistant}/${id}`);
    if (record !== undefined) return record;
    throw (await assistants.get(assistant)) === undefined
      ? assistantNotFound(`assistants/${assistant}`)
      : datasetNotFound(name);
  };
  return serve(DatasetService, {
    getDataset: async ({ name }) => ({ dataset: toDataset(await find(name)) }),
    listDatasets: async ({ parent, pageSize, pageToken }) => {
      const { assistant } = idsOf(parent);
      if ((await assistants.get(assistant)) === undefined) throw assistantNotFound(parent);
      const page = await listPage(datasets, paging(parent, assistant, pageSize, pageToken));
      return { datasets: page.documents.map(toDataset), nextPageToken: page.nextPageToken };
    },
    listExamples: async ({ parent, pageSize, pageToken }) => {
      const { key } = await find(parent);
      const page = await listPage(examples, paging(parent, key, pageSize, pageToken));
      return { examples: page.documents.map((record) => toExample(parent, record)), nextPageToken: page.nextPageToken };
    },
    listDocuments: async ({ parent, pageSize, pageToken }) => {
      const { key } = await find(parent);
      const page = await listPage(documents, paging(parent, key, pageSize, pageToken));
      return {
        documents: page.documents.map((record) => toDocument(parent, record)),
        nextPageToken: page.nextPageToken,
      };
    },
  });
}

function paging(parent: string, key: string, pageSize: number, pageToken: string): ListQuery {
  return { index: 'key', range: below(key), pageSize, pageToken, filter: parent };
}

function toDataset(record: DatasetRecord): MessageInitShape<typeof DatasetSchema> {
  return {
    name: datasetName(record.assistant, lastId(record.key)),
    exampleCount: record.exampleCount,
    documentCount: record.documentCount,
    createTime: timestampFromMs(record.createTime),
    updateTime: timestampFromMs(record.updateTime),
  };
}

const EXAMPLE_STATES = {
  draft: Example_State.DRAFT,
  approved: Example_State.APPROVED,
  rejected: Example_State.REJECTED,
} as const;

function toExample(parent: string, record: ExampleRecord): MessageInitShape<typeof ExampleSchema> {
  const { provenance } = record;
  return {
    name: exampleName(parent, lastId(record.key)),
    question: record.question,
    answer: record.answer,
    locale: record.locale,
    tags: [...record.tags],
    state: EXAMPLE_STATES[record.state],
    provenance: { ...provenance, import: importName(idsOf(parent).assistant, provenance.import) },
  };
}

function toDocument(parent: string, record: DocumentRecord): MessageInitShape<typeof DocumentSchema> {
  return {
    name: documentName(parent, lastId(record.key)),
    title: record.title,
    locale: record.locale,
    passageCount: record.passageCount,
    version: record.version,
    provenance: { import: importName(idsOf(parent).assistant, record.edition), file: record.file, row: 0 },
  };
}
