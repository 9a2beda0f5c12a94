import { readFile, rename, writeFile } from 'node:fs/promises';
import { Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { StartError } from '#lib/service/host.ts';
import { isSecret } from './api-key.ts';
import type { Keys } from './keys.ts';

const ALL_SCOPES = [Scope.ASK, Scope.READ, Scope.TEACH, Scope.ADMIN];

/**
 * Keeps the key of the machine's own user: the file from which the `otvet` command takes its key, for the owner alone
 * (mode 0600). It is made at the first start. Afterwards the file decides: as long as it holds a key of this store,
 * revoked or not, nothing is done, so a key that was revoked on purpose stays revoked. A file that is missing, or holds
 * no key of this store, is made anew with a new key, and the key that it replaces is revoked.
 *
 * Where others share the store, only the first of them makes a key: a machine that comes and goes must not leave keys
 * behind, nor take another's away.
 */
export async function keepLocalKey(keys: Keys, file: string, exclusive: boolean): Promise<'kept' | 'made'> {
  const written = (await read(file))?.trim();
  if (written !== undefined && isSecret(written) && (await keys.find(written)) !== undefined) return 'kept';
  const replaced = await keys.local();
  if (!exclusive && replaced.length > 0) return 'kept';
  const { secret } = await keys.make(MACHINE_KEY);
  await write(file, secret);
  for (const { key, revokeTime } of replaced) if (revokeTime === undefined) await keys.revoke(key);
  return 'made';
}

/**
 * Sees to it that the key in a file, which the operator made, is known: with all scopes, unless it was revoked. Throws `StartError`
 * for a file that holds no key.
 */
export async function acceptGivenKey(keys: Keys, file: string): Promise<void> {
  const secret = (await read(file, 'OTVET_FIRST_API_KEY_FILE'))?.trim();
  if (secret === undefined || !isSecret(secret)) {
    const found = secret === undefined ? 'there is no file' : 'there is no key in';
    throw new StartError(
      `OTVET_FIRST_API_KEY_FILE: ${found} ${file}. A key is otvet_ and 52 letters and digits, as \`npx otvet keys create\` makes them.`,
    );
  }
  if ((await keys.find(secret)) === undefined) await keys.adopt(secret, MACHINE_KEY);
}

const MACHINE_KEY = { displayName: 'This machine', scopes: ALL_SCOPES, assistants: [], local: true };

async function read(file: string, variable = 'OTVET_DATA_DIR'): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, error, variable);
  }
}

/** All or nothing: a cut start leaves the old file or the new one. */
async function write(file: string, secret: string): Promise<void> {
  try {
    await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  } catch (error) {
    throw unusable(file, error);
  }
}

function unusable(file: string, error: unknown, variable = 'OTVET_DATA_DIR'): StartError {
  const { message } = error as Error;
  return new StartError(
    `${variable}: the file ${file} cannot be used (${message}). Give it back to this user, or remove it.`,
  );
}
