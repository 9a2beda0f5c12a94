import { compareWithStores, type Difference } from '#lib/archive/comparing.ts';
import { ArchiveError, type Header, type OnProgress, type Part, type Sums } from '#lib/archive/format.ts';
import { type ArchiveEntry, readArchive } from '#lib/archive/reading.ts';
import { totalOf } from '#lib/archive/writing.ts';
import type { StoredDocument } from '#lib/documents/archive.ts';
import type { CollectionSpec, Document } from '#lib/documents/port.ts';

/** Documents written at once, and their characters. */
const BATCH_DOCUMENTS = 500;
const BATCH_CHARACTERS = 4 * 1024 * 1024;

export interface RestoreOptions {
  /** The archive's lines from the first on, each time it is asked. */
  readonly lines: () => AsyncIterable<string>;
  /** Opens the stores of services that the archive names. */
  readonly open: (services: readonly string[]) => Promise<readonly Part[]>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** What was restored: as the archive has it, and as the stores give it back. */
export interface Restored {
  readonly archive: Sums;
  readonly stores: Sums;
  /** Documents that expired since the archive was made, and are gone therefore. */
  readonly expired: number;
}

/**
 * Puts an archive into empty stores. The whole of it is checked before anything is written, and afterwards the stores are read back and
 * compared with it. Stores that hold a part of the very same archive are empty enough: what was cut short can be done again. Throws
 * `ArchiveError` for an archive that is damaged, for stores that hold anything else, and where the stores give back something else.
 */
export async function restoreArchive(options: RestoreOptions): Promise<Restored> {
  const { header, sums } = await verify(options);
  const parts = new Map((await options.open(header.services.map(({ service }) => service))).map((p) => [p.service, p]));
  if (await holdAnything(parts))
    refuseOthers(await compareWithStores(entries(options, 'Comparing'), parts, options.now()));
  await write(options, parts);
  const found = await compareWithStores(entries(options, 'Reading back'), parts, options.now());
  const { missing, changed, extra } = found;
  if (missing + changed + extra > 0) {
    throw new ArchiveError(
      `the stores do not give back what was written (${missing} missing, ${changed} changed, ${extra} more)`,
    );
  }
  return { archive: sums, stores: found.sums, expired: found.expired };
}

async function verify(options: RestoreOptions): Promise<{ readonly header: Header; readonly sums: Sums }> {
  let header: Header | undefined;
  for await (const entry of entries(options, 'Checking')) {
    if (entry.kind === 'header') header = entry.header;
    if (entry.kind === 'end' && header !== undefined) return { header, sums: entry.sums };
  }
  throw new ArchiveError('it is cut short: the file is not complete');
}

async function holdAnything(parts: ReadonlyMap<string, Part>): Promise<boolean> {
  for (const { documents, blobs } of parts.values()) {
    if ((await documents.collections()).some((one) => one.documents > 0) || (await blobs.names()).length > 0)
      return true;
  }
  return false;
}

function refuseOthers({ extra, changed }: Difference): void {
  if (extra + changed === 0) return;
  throw new ArchiveError(
    'the target is not empty, and nothing is mixed: name an empty data folder (OTVET_DATA_DIR) or database (OTVET_MONGODB_URL), or ' +
      `remove what is there (${extra + changed} documents or blobs that are not in the file)`,
  );
}

async function write(options: RestoreOptions, parts: ReadonlyMap<string, Part>): Promise<void> {
  let batch: Batch | undefined;
  for await (const entry of entries(options, 'Importing')) {
    if (entry.kind === 'document') {
      await batch?.add(entry.stored, entry.text.length);
      continue;
    }
    await batch?.flush();
    if (entry.kind === 'collection') {
      const { service, spec } = entry.collection;
      await partOf(parts, service).documents.restore(spec, []);
      batch = new Batch(partOf(parts, service), spec);
    } else if (entry.kind === 'blob') {
      await (await partOf(parts, entry.blob.service).blobs.open()).put(entry.content);
    }
  }
}

class Batch {
  readonly #part: Part;
  readonly #spec: CollectionSpec<Document>;
  #documents: StoredDocument[] = [];
  #characters = 0;

  constructor(part: Part, spec: CollectionSpec<Document>) {
    this.#part = part;
    this.#spec = spec;
  }

  async add(document: StoredDocument, characters: number): Promise<void> {
    this.#documents.push(document);
    this.#characters += characters;
    if (this.#documents.length >= BATCH_DOCUMENTS || this.#characters >= BATCH_CHARACTERS) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#documents.length > 0) await this.#part.documents.restore(this.#spec, this.#documents);
    this.#documents = [];
    this.#characters = 0;
  }
}

function partOf(parts: ReadonlyMap<string, Part>, service: string): Part {
  const part = parts.get(service);
  if (part === undefined) throw new ArchiveError(`it is damaged: its header does not name ${service}`);
  return part;
}

/** The archive's entries; how far they are is told on the way. Throws when the signal aborts. */
async function* entries(options: RestoreOptions, doing: string): AsyncGenerator<ArchiveEntry> {
  let progress = { doing, documents: 0, allDocuments: 0, blobs: 0, allBlobs: 0 };
  for await (const entry of readArchive(options.lines())) {
    options.signal.throwIfAborted();
    if (entry.kind === 'header') progress = { ...progress, ...totalOf(entry.header) };
    if (entry.kind === 'document') progress = { ...progress, documents: progress.documents + 1 };
    if (entry.kind === 'blob') progress = { ...progress, blobs: progress.blobs + 1 };
    options.onProgress(progress);
    yield entry;
  }
}
