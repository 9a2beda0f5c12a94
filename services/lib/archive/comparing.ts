import type { CollectionLine, Part, Sums } from '#lib/archive/format.ts';
import type { ArchiveEntry } from '#lib/archive/reading.ts';
import { BlobCount, CollectionCount } from '#lib/archive/sums.ts';
import { canonicalText, compareKeys, type StoredDocument } from '#lib/documents/archive.ts';
import { parsePath, scalarAt } from '#lib/documents/paths.ts';

/** How stores differ from an archive, in documents and blobs; `sums` is what the stores have of what the archive names. */
export interface Difference {
  readonly missing: number;
  /** Missing, and expired by now: for services they are absent in the archive too. */
  readonly expired: number;
  readonly changed: number;
  readonly extra: number;
  readonly sums: Sums;
}

/** Compares stores with an archive in one pass over both, one document of each in memory. `now` is in milliseconds since the epoch. */
export async function compareWithStores(
  entries: AsyncIterable<ArchiveEntry>,
  parts: ReadonlyMap<string, Part>,
  now: number,
): Promise<Difference> {
  const there = new Map<string, number>();
  for (const { service, documents } of parts.values()) {
    for (const { spec, documents: count } of await documents.collections()) there.set(`${service} ${spec.name}`, count);
  }
  const comparison = new Comparison(parts, there, now);
  for await (const entry of entries) {
    if (entry.kind === 'collection') await comparison.begin(entry.collection);
    if (entry.kind === 'document') await comparison.document(entry.stored, entry.text);
    if (entry.kind === 'blob') comparison.blob(entry.blob.service, entry.blob.blob);
  }
  return comparison.end();
}

interface Open {
  readonly line: CollectionLine;
  readonly stored: AsyncIterator<StoredDocument>;
  readonly count: CollectionCount;
  next: StoredDocument | undefined;
}

class Comparison {
  readonly #parts: ReadonlyMap<string, Part>;
  /** How many documents stores have, by service and collection. */
  readonly #there: ReadonlyMap<string, number>;
  readonly #now: number;
  readonly #seen = new Set<string>();
  readonly #blobs = new Map<string, Set<string>>();
  readonly #collections: CollectionCount[] = [];
  #open: Open | undefined;
  #missing = 0;
  #expired = 0;
  #changed = 0;
  #extra = 0;

  constructor(parts: ReadonlyMap<string, Part>, there: ReadonlyMap<string, number>, now: number) {
    this.#parts = parts;
    this.#there = there;
    this.#now = now;
  }

  async begin(line: CollectionLine): Promise<void> {
    await this.#drain();
    const part = this.#parts.get(line.service);
    const name = `${line.service} ${line.collection}`;
    const stored = part && this.#there.has(name) ? part.documents.dump(line.collection) : nothing();
    this.#seen.add(name);
    const count = new CollectionCount(line.service, line.collection);
    this.#collections.push(count);
    this.#open = { line, stored: stored[Symbol.asyncIterator](), count, next: undefined };
    await this.#advance(this.#open);
  }

  async document(wanted: StoredDocument, text: string): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    while (open.next !== undefined && compareKeys(open.next.document.key, wanted.document.key) < 0) {
      this.#extra++;
      await this.#advance(open);
    }
    if (open.next?.document.key !== wanted.document.key) {
      if (this.#isExpired(open.line, wanted)) this.#expired++;
      else this.#missing++;
      return;
    }
    if (canonicalText(open.next) !== text) this.#changed++;
    await this.#advance(open);
  }

  blob(service: string, name: string): void {
    const names = this.#blobs.get(service) ?? new Set();
    this.#blobs.set(service, names.add(name));
  }

  async end(): Promise<Difference> {
    await this.#drain();
    for (const [name, documents] of this.#there) if (!this.#seen.has(name)) this.#extra += documents;
    const blobs: Sums['blobs'][number][] = [];
    for (const part of this.#parts.values()) {
      const count = await this.#countBlobs(part);
      if (this.#blobs.has(part.service)) blobs.push(count.sum());
    }
    const sums = { collections: this.#collections.map((count) => count.sum()), blobs };
    return { missing: this.#missing, expired: this.#expired, changed: this.#changed, extra: this.#extra, sums };
  }

  async #countBlobs(part: Part): Promise<BlobCount> {
    const count = new BlobCount(part.service);
    const wanted = this.#blobs.get(part.service) ?? new Set();
    const there = await part.blobs.names();
    this.#missing += wanted.size - there.filter((name) => wanted.has(name)).length;
    this.#extra += there.filter((name) => !wanted.has(name)).length;
    if (there.length === 0) return count;
    const store = await part.blobs.open();
    for (const name of there) {
      let bytes = 0;
      for await (const chunk of store.read(name)) bytes += chunk.length;
      count.add(name, bytes);
    }
    return count;
  }

  async #drain(): Promise<void> {
    const open = this.#open;
    while (open?.next !== undefined) {
      this.#extra++;
      await this.#advance(open);
    }
  }

  async #advance(open: Open): Promise<void> {
    const { done, value } = await open.stored.next();
    open.next = done ? undefined : value;
    if (open.next !== undefined) open.count.add(canonicalText(open.next));
  }

  #isExpired({ spec }: CollectionLine, { document, deleted }: StoredDocument): boolean {
    const end = spec.expiry === undefined ? undefined : scalarAt(document, parsePath(spec.expiry));
    return !deleted && typeof end === 'number' && end <= this.#now;
  }
}

async function* nothing(): AsyncGenerator<StoredDocument> {
  yield* [];
}
