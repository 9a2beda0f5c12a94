import type { BlobStore } from '#lib/blobs/port.ts';
import type { Collection } from '#lib/documents/port.ts';
import type { ImportRecord } from './imports.ts';
import { Serial } from './serial.ts';

/**
 * The files of imports, from acceptance until they have been read: what people wrote is not kept twice. Equal files share
 * one blob, so that accepting a file and removing it must not cross each other.
 */
export class ImportFiles {
  readonly #blobs: BlobStore;
  readonly #imports: Collection<ImportRecord>;
  readonly #serial = new Serial();

  constructor(blobs: BlobStore, imports: Collection<ImportRecord>) {
    this.#blobs = blobs;
    this.#imports = imports;
  }

  /** Stores a file, and the import that needs it. */
  accept<R>(sha256: string, content: Uint8Array, record: () => Promise<R>): Promise<R> {
    return this.#serial.run(sha256, async () => {
      await this.#blobs.put(content);
      return record();
    });
  }

  async read({ fileSha256, fileSize }: ImportRecord): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(fileSize);
    let at = 0;
    for await (const chunk of this.#blobs.read(fileSha256)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /** Removes a file that has been read, unless another import still has to read the same one. */
  async done({ fileSha256 }: ImportRecord): Promise<void> {
    await this.#serial.run(fileSha256, async () => {
      const query = { index: 'file', equal: [fileSha256, 'reading'], limit: 1 };
      const waiting = await this.#imports.find(query);
      if (waiting.documents.length === 0) await this.#blobs.remove(fileSha256);
    });
  }
}
