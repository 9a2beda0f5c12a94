import { createHash } from 'node:crypto';
import {
  ArchiveError,
  type BlobLine,
  type CollectionLine,
  FORMAT_VERSION,
  type Header,
  type Sums,
  type Trailer,
} from '#lib/archive/format.ts';
import { isBlobLine, isCollectionLine, isDocumentLine, isHeader } from '#lib/archive/shapes.ts';
import { BlobCount, CollectionCount } from '#lib/archive/sums.ts';
import { canonicalText, compareKeys, type StoredDocument } from '#lib/documents/archive.ts';

/** What an archive says, in its order: the header, collections each followed by its documents, blobs, the end. */
export type ArchiveEntry =
  | { readonly kind: 'header'; readonly header: Header }
  | { readonly kind: 'collection'; readonly collection: CollectionLine }
  | { readonly kind: 'document'; readonly stored: StoredDocument; readonly text: string }
  | { readonly kind: 'blob'; readonly blob: BlobLine; readonly content: Uint8Array }
  | { readonly kind: 'end'; readonly sums: Sums };

interface OpenBlob {
  readonly line: BlobLine;
  readonly chunks: Buffer[];
}

/**
 * Reads an archive and checks all of it on the way: who takes the entry `end` has seen what was written, and nothing else. Throws
 * `ArchiveError`, with the number of the line where one is wrong.
 */
export async function* readArchive(lines: AsyncIterable<string>): AsyncGenerator<ArchiveEntry> {
  const reader = new ArchiveReader();
  for await (const line of lines) yield* reader.take(line);
  yield reader.end();
}

class ArchiveReader {
  readonly #hash = createHash('sha256');
  readonly #counts: { count: CollectionCount; lastKey: string }[] = [];
  readonly #blobs = new Map<string, BlobCount>();
  #line = 0;
  #header: Header | undefined;
  #blob: OpenBlob | undefined;
  #trailer: Trailer | undefined;

  *take(text: string): Generator<ArchiveEntry> {
    this.#line++;
    if (this.#trailer !== undefined) throw this.#damaged('something follows its end');
    const value = this.#parse(text);
    if (this.#header === undefined) {
      this.#header = this.#headerOf(value);
      yield { kind: 'header', header: this.#header };
    } else if ('document' in value) {
      if (!isDocumentLine(value)) throw this.#damaged('a document that cannot be');
      yield this.#document(value, text);
    } else if ('chunk' in value) {
      this.#chunk(value.chunk);
    } else {
      yield* this.#closeBlob();
      if (isCollectionLine(value)) yield this.#collection(value);
      else if (isBlobLine(value)) this.#blob = { line: value, chunks: [] };
      else this.#close(value as unknown as Trailer);
    }
    if (this.#trailer === undefined) this.#hash.update(text).update('\n');
  }

  end(): ArchiveEntry {
    if (this.#trailer === undefined) throw new ArchiveError('it is cut short: the file is not complete');
    const { collections, blobs } = this.#trailer;
    return { kind: 'end', sums: { collections, blobs } };
  }

  #headerOf(value: Record<string, unknown>): Header {
    const { otvet, version } = value;
    if (otvet === 'archive' && typeof version === 'number' && version > FORMAT_VERSION) {
      throw new ArchiveError(`it was made by a newer version of Otvet (format ${version}); import it with that one`);
    }
    if (!isHeader(value)) throw new ArchiveError('it is no archive of Otvet (those are made with: otvet export FILE)');
    return value;
  }

  #collection(collection: CollectionLine): ArchiveEntry {
    this.#counts.push({ count: new CollectionCount(collection.service, collection.collection), lastKey: '' });
    return { kind: 'collection', collection };
  }

  #document({ document, outbox = [], deleted = false }: StoredDocument, text: string): ArchiveEntry {
    const stored = { document, outbox, deleted };
    const open = this.#counts.at(-1);
    if (open === undefined) throw this.#damaged('a document without its collection');
    if (this.#canonical(stored) !== text || compareKeys(open.lastKey, document.key) >= 0) {
      throw this.#damaged('a document that was changed');
    }
    open.count.add(text);
    open.lastKey = document.key;
    return { kind: 'document', stored, text };
  }

  #canonical(stored: StoredDocument): string {
    try {
      return canonicalText(stored);
    } catch (error) {
      throw this.#damaged('a document that cannot be', error);
    }
  }

  #chunk(chunk: unknown): void {
    if (this.#blob === undefined || typeof chunk !== 'string') throw this.#damaged('a piece of no blob');
    this.#blob.chunks.push(Buffer.from(chunk, 'base64'));
  }

  *#closeBlob(): Generator<ArchiveEntry> {
    if (this.#blob === undefined) return;
    const { line, chunks } = this.#blob;
    const content = Buffer.concat(chunks);
    this.#blob = undefined;
    if (createHash('sha256').update(content).digest('hex') !== line.blob)
      throw this.#damaged('a blob that was changed');
    const count = this.#blobs.get(line.service) ?? new BlobCount(line.service);
    this.#blobs.set(line.service, count);
    count.add(line.blob, content.length);
    yield { kind: 'blob', blob: line, content };
  }

  #close(trailer: Trailer): void {
    const { collections, blobs, sha256 } = trailer;
    if (typeof sha256 !== 'string') throw this.#damaged('a line that says nothing');
    const found: Trailer = {
      collections: this.#counts.map(({ count }) => count.sum()),
      blobs: [...this.#blobs.values()].map((count) => count.sum()),
      sha256: this.#hash.digest('hex'),
    };
    if (JSON.stringify(found) !== JSON.stringify({ collections, blobs, sha256 })) {
      throw this.#damaged('its counts and hashes are not those of its content');
    }
    this.#trailer = trailer;
  }

  #parse(text: string): Record<string, unknown> {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
    } catch {
      if (this.#line === 1)
        throw new ArchiveError('it is no archive of Otvet (those are made with: otvet export FILE)');
    }
    throw this.#damaged('not JSON');
  }

  #damaged(what: string, cause?: unknown): ArchiveError {
    return new ArchiveError(`it is damaged, line ${this.#line}: ${what}`, { cause });
  }
}
