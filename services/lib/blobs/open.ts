import { join } from 'node:path';
import { openFileBlobs } from '#lib/blobs/files.ts';
import { openGridFsBlobs } from '#lib/blobs/gridfs.ts';
import type { OpenedBlobs } from '#lib/blobs/port.ts';
import { orStartError, type StoreOptions } from '#lib/documents/open.ts';

/**
 * Opens a service's blobs: in MongoDB where that is configured, else the folder `SERVICE-blobs` of the data folder. A MongoDB that is
 * not there is waited for. Throws `StartError`.
 */
export function openBlobs({ service, config, clock, log }: StoreOptions): Promise<OpenedBlobs> {
  const { mongodbUrl: url } = config;
  if (url === undefined) return openFileBlobs(join(config.dataDir, `${service}-blobs`));
  return orStartError('OTVET_MONGODB_URL', () => openGridFsBlobs({ url, service, clock, log }));
}
