import { createHash } from 'node:crypto';
import { BlobCorrupt } from '#lib/blobs/port.ts';

/** The most that one chunk of a blob has. */
export const CHUNK_BYTES = 256 * 1024;
const NAME = /^[0-9a-f]{64}$/;

/** Throws `TypeError` for what is no SHA-256 in hexadecimal: no other name ever reaches a store. */
export function checkName(sha256: string): void {
  if (!NAME.test(sha256)) throw new TypeError('a blob is named by its SHA-256 in lower-case hexadecimal');
}

/** Hashes in pieces with the event loop's turns between them: a release may have a hundred megabytes. */
export async function hashOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    hash.update(bytes.subarray(at, at + CHUNK_BYTES));
  }
  return hash.digest('hex');
}

/**
 * The chunks as they come; the last one is held back until the hash of all is known: a reader that sees the end has seen what was
 * put. Throws `BlobCorrupt`.
 */
export async function* verified(chunks: AsyncIterable<Uint8Array>, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    hash.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (hash.digest('hex') !== sha256) throw new BlobCorrupt(sha256);
  if (held !== undefined) yield held;
}
