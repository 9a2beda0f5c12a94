import { readFile, rename, writeFile } from 'node:fs/promises';
import { Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { StartError } from '#lib/service/host.ts';
import { isSecret } from './api-key.ts';
import type { KeyRecord, Keys } from './keys.ts';

const ALL_SCOPES = [Scope.ASK, Scope.READ, Scope.TEACH, Scope.ADMIN];

/**
 * Keeps the key of the machine's own user: the file from which the `otvet` command takes its key, for the owner alone
 * (mode 0600). It is made at the first start. Afterwards the file decides: as long as it holds a key of this store,
 * revoked or not, nothing is done, so a key that was revoked on purpose stays revoked. A file that is missing, or holds
 * no key of this store, is made anew with a new key, and the key that it replaces is revoked.
 */
export async function keepLocalKey(keys: Keys, file: string): Promise<'kept' | 'made'> {
  const written = (await read(file))?.trim();
  if (written !== undefined && isSecret(written) && (await keys.find(written)) !== undefined) return 'kept';
  const replaced = await localKeys(keys);
  const { secret } = await keys.make({ displayName: 'This machine', scopes: ALL_SCOPES, assistants: [], local: true });
  await write(file, secret);
  for (const { key } of replaced) await keys.revoke(key);
  return 'made';
}

/** Local keys that are still good; there is at most one, unless a start was cut off. */
async function localKeys(keys: Keys): Promise<readonly KeyRecord[]> {
  const { documents } = await keys.records.find({ index: 'local', equal: [true], order: 'descending', limit: 1_000 });
  return documents.filter(({ revokeTime }) => revokeTime === undefined);
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, error);
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

function unusable(file: string, error: unknown): StartError {
  const { message } = error as Error;
  return new StartError(
    `OTVET_DATA_DIR: the file ${file} cannot be used (${message}). Give it back to this user, or remove it.`,
  );
}
