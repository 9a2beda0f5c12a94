import type { BlobStore } from '#lib/blobs/port.ts';
import type { ImportRecord } from './imports.ts';

/**
 * The files of imports, from acceptance until they have been read: what people wrote is not kept twice. Each import has a blob of its own,
 * told from those of equal files by the import's key behind the content: whoever is done with one may remove it, whatever others accept.
 */
export class ImportFiles {
  readonly #blobs: BlobStore;

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /** Stores the file of the import that will have a key, and gives the name of its blob. */
  accept(key: string, content: Uint8Array): Promise<string> {
    return this.#blobs.put(Buffer.concat([content, Buffer.from(key)]));
  }

  async read(record: ImportRecord): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(record.fileSize);
    let at = 0;
    for await (const chunk of this.#blobs.read(blobOf(record))) {
      bytes.set(chunk.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
      at += chunk.length;
    }
    return bytes;
  }

  /** Removes a file that has been read, or is not needed. */
  async done(record: ImportRecord): Promise<void> {
    await this.#blobs.remove(blobOf(record));
  }
}

/** Imports of earlier versions have the blob of their content alone. */
function blobOf({ blob, fileSha256 }: ImportRecord): string {
  return blob ?? fileSha256;
}
