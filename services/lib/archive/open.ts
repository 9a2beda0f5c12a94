import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '#lib/archive/format.ts';
import { fileBlobArchive } from '#lib/blobs/archive.ts';
import { openGridFsArchive } from '#lib/blobs/gridfs.ts';
import { systemClock } from '#lib/clock.ts';
import { openMongoArchive } from '#lib/documents/mongo/archive.ts';
import { parseMongoUrl } from '#lib/documents/mongo/url.ts';
import type { StoreConfig } from '#lib/documents/open.ts';
import { openSqliteArchive } from '#lib/documents/sqlite/archive.ts';

/** The stores of several services, held until they are disposed of. */
export interface Parts extends AsyncDisposable {
  readonly parts: readonly Part[];
  /** Where they are, for people. */
  readonly place: string;
}

/**
 * Opens the stores of those services that have one; with `make`, of all, made where they are missing. Rejects with `StoreUnavailable`
 * while Otvet holds one of the files, and for a MongoDB that cannot be reached; whether Otvet works on that nobody can tell.
 */
export function openParts(services: readonly string[], config: StoreConfig, make: boolean): Promise<Parts> {
  if (config.mongodbUrl === undefined) return openFiles(services, config, make);
  return openDatabases(services, config.mongodbUrl, make);
}

async function openFiles(services: readonly string[], config: StoreConfig, make: boolean): Promise<Parts> {
  await using opened = new AsyncDisposableStack();
  const parts: Part[] = [];
  for (const service of services) {
    const file = join(config.dataDir, `${service}.sqlite`);
    if (!make && !existsSync(file)) continue;
    const documents = opened.use(openSqliteArchive(file));
    parts.push({ service, documents, blobs: fileBlobArchive(join(config.dataDir, `${service}-blobs`)) });
  }
  return held(opened.move(), parts, config.dataDir);
}

async function openDatabases(services: readonly string[], url: string, make: boolean): Promise<Parts> {
  await using opened = new AsyncDisposableStack();
  const parts: Part[] = [];
  for (const service of services) {
    const options = { url, service, clock: systemClock, log: SILENT };
    const documents = opened.use(await openMongoArchive(options));
    if (!make && (await documents.collections()).length === 0) continue;
    parts.push({ service, documents, blobs: opened.use(await openGridFsArchive(options)) });
  }
  const { hosts, prefix } = parseMongoUrl(url);
  return held(opened.move(), parts, `MongoDB at ${hosts} (databases ${prefix}_*)`);
}

/** What there is to say, the command says. */
const SILENT = { info: () => undefined, warn: () => undefined };

function held(stores: AsyncDisposableStack, parts: readonly Part[], place: string): Parts {
  return { parts, place, [Symbol.asyncDispose]: () => stores.disposeAsync() };
}
