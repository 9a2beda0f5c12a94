import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#lib/clock.ts';
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
 * it is missing. Throws `StartError`.
 */
export async function openStore({ service, config, clock, log }: StoreOptions): Promise<DocumentStore> {
  const file = join(config.dataDir, `${service}.sqlite`);
  try {
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    return await openSqliteStore({ file, clock, log });
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new StartError(`OTVET_DATA_DIR: ${file} cannot be used: ${error.message}`, { cause: error });
  }
}
