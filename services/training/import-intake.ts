import { createHash, webcrypto } from 'node:crypto';
import type { Clock } from '#lib/clock.ts';
import type { Collection } from '#lib/documents/port.ts';
import type { Ids } from '#lib/ids.ts';
import { detectFormat } from '#lib/material/formats.ts';
import type { AssistantRecord } from './assistants.ts';
import { datasetIdOf } from './dataset-ids.ts';
import type { DatasetRecord } from './datasets.ts';
import { assistantNotFound, fileRefused, requestIdReused } from './failures.ts';
import type { ImportFiles } from './import-files.ts';
import { NOTHING_READ } from './import-progress.ts';
import type { ImportRecord } from './imports.ts';
import { FREE } from './leases.ts';
import { assistantName } from './names.ts';

export interface ImportIntakeParts {
  readonly assistants: Collection<AssistantRecord>;
  readonly datasets: Collection<DatasetRecord>;
  readonly imports: Collection<ImportRecord>;
  readonly files: ImportFiles;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Told when an assistant has a new import to read. */
  readonly onAccepted: (assistant: string) => void;
}

/** A file to learn from. */
export interface GivenFile {
  readonly assistant: string;
  /** '' for one named after the file. */
  readonly dataset: string;
  readonly file: string;
  readonly content: Uint8Array;
  readonly locale: string;
  /** Makes it repeatable: see `requestKey`. */
  readonly request: string | undefined;
}

/** Takes a file: once this resolves, the file and its import are stored and will be read, whatever happens. Throws `RpcError`. */
export async function acceptImport(given: GivenFile, parts: ImportIntakeParts): Promise<ImportRecord> {
  const { assistant, file, content, locale, request } = given;
  const owner = await parts.assistants.get(assistant);
  if (owner === undefined) throw assistantNotFound(assistantName(assistant));
  const detected = detectFormat(file, content);
  if ('fault' in detected) throw fileRefused(detected.fault);
  const dataset = `${assistant}/${given.dataset || datasetIdOf(file)}`;
  const fileSha256 = await sha256(content);
  const requestHash = createHash('sha256')
    .update(JSON.stringify([dataset, file, locale, fileSha256]))
    .digest('hex');
  const before = await findByRequest(request, requestHash, parts.imports);
  if (before !== undefined) return before;

  const now = parts.clock.now();
  const counts = { exampleCount: 0, documentCount: 0 };
  // A dataset that is there already stays as it is.
  await parts.datasets.insert({ key: dataset, assistant, ...counts, createTime: now, updateTime: now });
  const key = `${assistant}/${parts.ids.ordered(now)}`;
  const record: ImportRecord = {
    key,
    assistant,
    dataset,
    file,
    fileSha256,
    blob: await parts.files.accept(key, content),
    fileSize: content.length,
    locale,
    localeHint: owner.languages[0] ?? '',
    state: 'reading',
    ...NOTHING_READ,
    createTime: now,
    ...(request === undefined ? {} : { request }),
    requestHash,
    lease: FREE,
  };
  const inserted = await parts.imports.insert(record);
  // The same request came twice at once, perhaps at two processes.
  if (!inserted.ok) await parts.files.done(record);
  const accepted = inserted.ok ? record : await findByRequest(request, requestHash, parts.imports);
  if (accepted === undefined) throw new Error('an import was refused as a duplicate of none');
  parts.onAccepted(assistant);
  return accepted;
}

/** The import that the same request made. Throws `RpcError` where the request_id stands for another one. */
async function findByRequest(request: string | undefined, hash: string, imports: Collection<ImportRecord>) {
  if (request === undefined) return undefined;
  const found = (await imports.find({ index: 'request', equal: [request], limit: 1 })).documents[0];
  if (found !== undefined && found.requestHash !== hash) throw requestIdReused();
  return found;
}

/** Off the event loop: a file may have 16 MiB. */
async function sha256(content: Uint8Array): Promise<string> {
  const hash = await webcrypto.subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>);
  return Buffer.from(hash).toString('hex');
}
