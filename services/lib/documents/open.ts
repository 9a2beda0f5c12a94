import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#lib/clock.ts';
import { openMongoStore } from '#lib/documents/mongo/store.ts';
import { type DocumentStore, StoreUnavailable } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { StartError } from '#lib/service/host.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** Where a service's data are kept. */
export interface StoreConfig {
  readonly dataDir: string;
  /** Undefined: files of the data folder. */
  readonly mongodbUrl: string | undefined;
}

export interface StoreOptions {
  /** Whose documents: each service has a database of its own. */
  readonly service: string;
  readonly config: StoreConfig;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Opens a service's store: in MongoDB where that is configured, else the file `SERVICE.sqlite` of the data folder, which is made where
 * it is missing. A MongoDB that is not there is waited for. Throws `StartError`.
 */
export function openStore(options: StoreOptions): Promise<DocumentStore> {
  const { service, config, clock, log } = options;
  const { mongodbUrl: url } = config;
  if (url === undefined) return openFile(options);
  return orStartError('OTVET_MONGODB_URL', () => openMongoStore({ url, service, clock, log }));
}

async function openFile({ service, config, clock, log }: StoreOptions): Promise<DocumentStore> {
  const file = join(config.dataDir, `${service}.sqlite`);
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  return orStartError(`OTVET_DATA_DIR: ${file} cannot be used`, () => openSqliteStore({ file, clock, log }));
}

/** Says of a store that cannot be opened which variable is about it. */
export async function orStartError<T>(about: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new StartError(`${about}: ${error.message}`, { cause: error });
  }
}
