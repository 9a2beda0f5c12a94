import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '#lib/config/variables.ts';
import { parseKeys } from './key-text.ts';
import { KEY_BYTES, Sealer } from './sealer.ts';

/** Where the keys are. */
export interface KeySource {
  /** Keys, the newest first. */
  readonly secretKey: string | undefined;
  /** A file of keys. */
  readonly secretKeyFile: string | undefined;
}

/** A new key, as the environment takes it. */
export function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** What seals by the keys of the environment; undefined where there are none. Rejects with `ConfigError`. */
export async function openSealer({ secretKey, secretKeyFile }: KeySource): Promise<Sealer | undefined> {
  if (secretKey !== undefined) return sealerOf('OTVET_SECRET_KEY', secretKey);
  if (secretKeyFile === undefined) return undefined;
  const text = await readFile(secretKeyFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError([{ variable: 'OTVET_SECRET_KEY_FILE', problem: `cannot be read (${error.code})` }]);
  });
  return sealerOf('OTVET_SECRET_KEY_FILE', text);
}

function sealerOf(variable: string, text: string): Sealer {
  const keys = parseKeys(text);
  if (keys === undefined) throw new ConfigError([{ variable, problem: 'must hold keys of 32 bytes in base64' }]);
  return new Sealer(keys);
}
