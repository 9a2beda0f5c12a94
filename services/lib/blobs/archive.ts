import { readdir } from 'node:fs/promises';
import { openFileBlobs } from '#lib/blobs/files.ts';
import type { BlobStore } from '#lib/blobs/port.ts';

/** All blobs of one service, for moving them elsewhere while it is stopped. */
export interface BlobArchive {
  /** The names of all, in their order. */
  names(): Promise<readonly string[]>;
  /** The store itself, made where it is missing. */
  open(): Promise<BlobStore>;
}

/** The blobs in a folder, which may be missing. */
export function fileBlobArchive(folder: string): BlobArchive {
  let opened: Promise<BlobStore> | undefined;
  return {
    open() {
      opened ??= openFileBlobs(folder);
      return opened;
    },
    async names() {
      try {
        return (await readdir(folder)).filter((name) => /^[0-9a-f]{64}$/.test(name)).sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    },
  };
}
