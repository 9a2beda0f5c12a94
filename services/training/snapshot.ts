import { createHash } from 'node:crypto';
import type { Passage, ReleaseHeader } from '#lib/retrieval/artifact.ts';
import type { AssistantRecord } from './assistants.ts';
import type { DocumentRecord, PassageRecord } from './documents.ts';
import type { ExampleRecord } from './examples.ts';
import { assistantName, datasetName, documentName, exampleName, lastId } from './names.ts';

/**
 * A snapshot: JSON Lines in UTF-8. The first line tells of the assistant, each other line holds one passage as the index
 * takes it, in the order of keys. Equal data make equal bytes, so the hash of a snapshot names its content.
 */
export type SnapshotHead = Pick<
  ReleaseHeader,
  'assistant' | 'persona' | 'displayName' | 'description' | 'languages'
> & {
  readonly snapshot: 1;
};

export function headLine(record: AssistantRecord): string {
  const head: SnapshotHead = {
    snapshot: 1,
    assistant: assistantName(record.key),
    displayName: record.displayName,
    description: record.description,
    persona: record.persona,
    languages: record.languages,
  };
  return JSON.stringify(head);
}

export function exampleLine(record: ExampleRecord): string {
  const dataset = nameOfDataset(record.dataset);
  return passageLine({
    source: exampleName(dataset, lastId(record.key)),
    kind: 'example',
    title: record.provenance.file,
    text: record.answer,
    question: record.question,
    locale: record.locale,
    locator: `row ${record.provenance.row}`,
    version: versionOf(record),
  });
}

export function documentLine(record: DocumentRecord, passage: PassageRecord): string {
  return passageLine({
    source: documentName(nameOfDataset(record.dataset), lastId(record.key)),
    kind: 'passage',
    title: record.title,
    text: passage.text,
    question: '',
    locale: record.locale,
    locator: passage.locator,
    version: record.version,
  });
}

function versionOf({ locale, question, answer }: ExampleRecord): string {
  return createHash('sha256')
    .update(JSON.stringify([locale, question, answer]))
    .digest('hex');
}

function passageLine(passage: Passage): string {
  const { source, kind, title, text, question, locale, locator, version } = passage;
  return JSON.stringify({ source, kind, title, text, question, locale, locator, version });
}

function nameOfDataset(key: string): string {
  const [assistant = '', dataset = ''] = key.split('/');
  return datasetName(assistant, dataset);
}
