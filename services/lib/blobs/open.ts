import { join } from 'node:path';
import { openFileBlobs } from '#lib/blobs/files.ts';
import type { BlobStore } from '#lib/blobs/port.ts';
import type { StoreConfig } from '#lib/documents/open.ts';

export interface BlobsOptions {
  /** Whose blobs. */
  readonly service: string;
  readonly config: StoreConfig;
}

/** Opens a service's blobs: in MongoDB where that is configured, else the folder `SERVICE-blobs` of the data folder. */
export function openBlobs({ service, config }: BlobsOptions): Promise<BlobStore> {
  return openFileBlobs(join(config.dataDir, `${service}-blobs`));
}
