import { resolve } from 'node:path';
import { dataDir, mongodbUrl, natsUrl } from '#lib/config/shared.ts';
import { readConfig } from '#lib/config/variables.ts';
import type { StoreConfig } from '#lib/documents/open.ts';
import type { Env } from '../connection.ts';
import type { Terminal } from '../terminal.ts';

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

/** Where the stores are. Throws `ConfigError`. */
export function storeConfig(local: Local): StoreConfig {
  return readConfig({ dataDir, mongodbUrl, natsUrl }, serverEnv(local));
}
