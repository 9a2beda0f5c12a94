import { createHash } from 'node:crypto';
import {
  ArchiveError,
  FORMAT_VERSION,
  type Header,
  type OnProgress,
  type Part,
  type Progress,
  type Sums,
} from '#lib/archive/format.ts';
import { BlobCount, CollectionCount } from '#lib/archive/sums.ts';
import { canonicalText, type StoredCollection } from '#lib/documents/archive.ts';

/** Bytes of a blob on one line. */
const CHUNK_BYTES = 192 * 1024;

interface Content {
  readonly part: Part;
  readonly collections: readonly StoredCollection[];
  readonly blobs: readonly string[];
}

/**
 * Everything in these stores as the lines of an archive, each with its line feed. `created` is in milliseconds since the epoch. Throws
 * `ArchiveError` when the stores change meanwhile. `done` is told the counts and hashes before the last line.
 */
export async function* archiveLines(
  parts: readonly Part[],
  created: number,
  onProgress: OnProgress,
  done: (sums: Sums) => void,
): AsyncGenerator<string> {
  const contents = await Promise.all(parts.map(contentOf));
  const header = headerOf(contents, created);
  const total = totalOf(header);
  const sums = { collections: [] as Sums['collections'][number][], blobs: [] as Sums['blobs'][number][] };
  const hash = createHash('sha256');
  const line = (value: object | string): string => {
    const text = `${typeof value === 'string' ? value : JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  let progress: Progress = { doing: 'Exporting', documents: 0, blobs: 0, ...total };
  yield line(header);
  for (const { part, collections } of contents) {
    for (const { spec, documents } of collections) {
      yield line({ collection: spec.name, service: part.service, spec });
      const count = new CollectionCount(part.service, spec.name);
      for await (const stored of part.documents.dump(spec.name)) {
        const text = canonicalText(stored);
        count.add(text);
        yield line(text);
        progress = { ...progress, documents: progress.documents + 1 };
        onProgress(progress);
      }
      const sum = count.sum();
      if (sum.documents !== documents) throw changed(part.service);
      sums.collections.push(sum);
    }
  }
  for (const { part, blobs } of contents) {
    if (blobs.length === 0) continue;
    const count = new BlobCount(part.service);
    const store = await part.blobs.open();
    for (const blob of blobs) {
      const bytes = await store.size(blob);
      if (bytes === undefined) throw changed(part.service);
      yield line({ blob, service: part.service, bytes });
      for await (const chunk of inChunks(store.read(blob))) yield line({ chunk: chunk.toString('base64') });
      count.add(blob, bytes);
      progress = { ...progress, blobs: progress.blobs + 1 };
      onProgress(progress);
    }
    sums.blobs.push(count.sum());
  }
  done(sums);
  yield `${JSON.stringify({ ...sums, sha256: hash.digest('hex') })}\n`;
}

/** What a header promises, for a progress bar. */
export function totalOf({ services }: Header): { readonly allDocuments: number; readonly allBlobs: number } {
  const sum = (of: (one: Header['services'][number]) => number): number =>
    services.reduce((total, one) => total + of(one), 0);
  return { allDocuments: sum((one) => one.documents), allBlobs: sum((one) => one.blobs) };
}

async function contentOf(part: Part): Promise<Content> {
  return { part, collections: await part.documents.collections(), blobs: await part.blobs.names() };
}

function headerOf(contents: readonly Content[], created: number): Header {
  const services = contents.map(({ part, collections, blobs }) => ({
    service: part.service,
    documents: collections.reduce((sum, { documents }) => sum + documents, 0),
    blobs: blobs.length,
  }));
  return { otvet: 'archive', version: FORMAT_VERSION, created: new Date(created).toISOString(), services };
}

function changed(service: string): ArchiveError {
  return new ArchiveError(
    `the store of ${service} changes while it is read; stop Otvet, all its processes, and export again`,
  );
}

async function* inChunks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  for await (const piece of pieces) {
    held = Buffer.concat([held, piece]);
    for (; held.length >= CHUNK_BYTES; held = held.subarray(CHUNK_BYTES)) yield held.subarray(0, CHUNK_BYTES);
  }
  if (held.length > 0) yield held;
}
