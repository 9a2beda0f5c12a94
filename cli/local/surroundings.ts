import { resolve } from 'node:path';
import { ArchiveError } from '#lib/archive/format.ts';
import { dataDir, mongodbUrl, natsUrl } from '#lib/config/shared.ts';
import { readConfig } from '#lib/config/variables.ts';
import type { StoreConfig } from '#lib/documents/open.ts';
import type { Env } from '../connection.ts';
import type { Terminal } from '../terminal.ts';
import { findRunning } from './doctor/running.ts';

/** What commands work with that look after the parts of a server on this machine, whether it runs or not. */
export interface Local {
  readonly env: Env;
  readonly terminal: Terminal;
  /** The repository: its `data` folder is the server's where OTVET_DATA_DIR is not set. */
  readonly root: string;
  readonly interrupted: AbortSignal;
}

/** The environment as the server reads it that is started here with `npm start`. */
export function serverEnv({ env, root }: Local): Env {
  return { ...env, OTVET_DATA_DIR: env.OTVET_DATA_DIR ? resolve(env.OTVET_DATA_DIR) : resolve(root, 'data') };
}

/**
 * Where the stores are that nobody works on. Files say by themselves that they are held; of a database only an Otvet on this machine can be
 * known to work on it. Throws `ConfigError`, and `ArchiveError` while one does.
 */
export async function storesAtRest(local: Local): Promise<StoreConfig> {
  const env = serverEnv(local);
  const config = readConfig({ dataDir, mongodbUrl, natsUrl }, env);
  if (config.mongodbUrl !== undefined && (await findRunning(env)).size > 0) {
    throw new ArchiveError(
      'Otvet runs on this machine (it answers at OTVET_ADMIN_ADDRESS): stop it, all its processes, on all machines',
    );
  }
  return config;
}

/** Said where nobody can tell whether Otvet works on the database. */
export function sayThatAllMustRest({ terminal }: Local, { mongodbUrl }: StoreConfig): void {
  if (mongodbUrl === undefined) return;
  terminal.err.write(
    'MongoDB cannot tell whether Otvet works on it: all its processes must be stopped, on all machines.\n',
  );
}
