/**
 * The blob port: immutable bytes, named by their content. What a call cannot do for want of disk or database it rejects with the
 * system's error or `StoreUnavailable`.
 */
export interface BlobStore {
  /** Stores the bytes durably and gives their SHA-256 in hexadecimal. Storing again what is there is no error. */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes, in chunks of at most 256 KiB. Throws `BlobMissing`; throws `BlobCorrupt` when the hash does not match. */
  read(sha256: string): AsyncIterable<Uint8Array>;
  /** The size in bytes; undefined where there is no such blob. */
  size(sha256: string): Promise<number | undefined>;
  /** Removes the blob. Removing what is not there is no error. */
  remove(sha256: string): Promise<void>;
}

/** A blob store that was opened by its user, who disposes of it. */
export interface OpenedBlobs extends BlobStore, AsyncDisposable {}

export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';
}

export class BlobCorrupt extends Error {
  override readonly name = 'BlobCorrupt';
}
