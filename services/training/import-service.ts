import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Import_State, type ImportSchema } from '#gen/otvet/training/v1/import_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { listPage } from '#lib/documents/page.ts';
import { type Served, serve } from '#lib/rpc/server.ts';
import { requestKey } from './assistant-service.ts';
import { assistantNotFound, importNotFound } from './failures.ts';
import { acceptImport, type ImportIntakeParts } from './import-intake.ts';
import type { ImportRecord } from './imports.ts';
import { below, datasetName, idsOf, importName, lastId, releaseName } from './names.ts';

export function serveImports(parts: ImportIntakeParts): Served {
  const { assistants, imports } = parts;
  return serve(ImportService, {
    createImport: async ({ parent, datasetId, file, content, locale, requestId }, context) => {
      const { assistant } = idsOf(parent);
      const request = requestKey(context, parent, requestId);
      const record = await acceptImport({ assistant, dataset: datasetId, file, content, locale, request }, parts);
      return { import: toImport(record) };
    },
    getImport: async ({ name }) => {
      const { assistant, id } = idsOf(name);
      const record = await imports.get(`${assistant}/${id}`);
      if (record === undefined) throw importNotFound(name);
      return { import: toImport(record) };
    },
    listImports: async ({ parent, pageSize, pageToken }) => {
      const { assistant } = idsOf(parent);
      if ((await assistants.get(assistant)) === undefined) throw assistantNotFound(parent);
      const page = await listPage(imports, {
        index: 'key',
        range: below(assistant),
        order: 'descending',
        pageSize,
        pageToken,
        filter: parent,
      });
      return { imports: page.documents.map(toImport), nextPageToken: page.nextPageToken };
    },
  });
}

const STATES = {
  reading: Import_State.READING,
  training: Import_State.TRAINING,
  released: Import_State.RELEASED,
  failed: Import_State.FAILED,
} as const;

function toImport(record: ImportRecord): MessageInitShape<typeof ImportSchema> {
  const { assistant } = record;
  return {
    name: importName(assistant, lastId(record.key)),
    dataset: datasetName(assistant, lastId(record.dataset)),
    file: record.file,
    fileSha256: record.fileSha256,
    state: STATES[record.state],
    rowCount: record.rowCount,
    acceptedCount: record.acceptedCount,
    rejectedCount: record.rejectedCount,
    rejectedRows: [...record.rejectedRows],
    progressPercent: record.progressPercent,
    release: record.release === undefined ? '' : releaseName(assistant, record.release),
    failureReason: record.failure?.reason ?? '',
    failureMessage: record.failure?.message ?? '',
    createTime: timestampFromMs(record.createTime),
    ...(record.finishTime === undefined ? {} : { finishTime: timestampFromMs(record.finishTime) }),
  };
}
