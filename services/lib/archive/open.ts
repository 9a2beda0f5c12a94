import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '#lib/archive/format.ts';
import { fileBlobArchive } from '#lib/blobs/archive.ts';
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
 * while Otvet holds one of them.
 */
export async function openParts(services: readonly string[], config: StoreConfig, make: boolean): Promise<Parts> {
  await using opened = new AsyncDisposableStack();
  const parts: Part[] = [];
  for (const service of services) {
    const file = join(config.dataDir, `${service}.sqlite`);
    if (!make && !existsSync(file)) continue;
    const documents = opened.use(openSqliteArchive(file));
    parts.push({ service, documents, blobs: fileBlobArchive(join(config.dataDir, `${service}-blobs`)) });
  }
  const held = opened.move();
  return { parts, place: config.dataDir, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
