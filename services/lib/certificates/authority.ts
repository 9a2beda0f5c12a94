import { X509Certificate } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NAMESPACE } from '#lib/certificates/identity.ts';
import { type Authority, type AuthorityKeys, createKeys, openAuthority } from '#lib/certificates/issuer.ts';

export type { Authority };

/** An authority is followed by a new one when it has less than this left: longer than processes should go unrestarted. */
export const RENEWAL_MS = 90 * 86_400_000;
const FILE = /^authority\.(\d{1,6})\.json$/;

interface Generation extends AuthorityKeys {
  readonly number: number;
}

/** An authority in memory, gone with the process. `now` is in milliseconds since the epoch. */
export async function createAuthority(trustDomain: string, now: number, namespace = NAMESPACE): Promise<Authority> {
  return openAuthority([await createKeys(trustDomain, now)], { trustDomain, namespace }, now);
}

/** An authority in memory that is followed by a new one near its end, each time it is asked for. */
export function memoryAuthority(trustDomain: string): (now: number) => Promise<Authority> {
  let generations: AuthorityKeys[] = [];
  return async (now) => {
    const left = (keys: AuthorityKeys | undefined) => endOf(keys) - now;
    const newest = left(generations[0]) < RENEWAL_MS ? await createKeys(trustDomain, now) : undefined;
    generations = [...(newest ? [newest] : []), ...generations].filter((keys) => left(keys) > 0);
    return openAuthority(generations as [AuthorityKeys], { trustDomain }, now);
  };
}

/**
 * The authority that several processes share through a folder: `authority.N.json`, mode 0600, the highest N counts.
 * A file appears whole or not at all and is never written again, so processes that start at once agree on one.
 * Identities believe every generation that is still valid, and a new one signs when all have had time to hear of it.
 */
export async function sharedAuthority(folder: string, trustDomain: string, now: number): Promise<Authority> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let generations = await readGenerations(folder);
  if (endOf(generations[0]) - now < RENEWAL_MS) {
    await publish(folder, (generations[0]?.number ?? 0) + 1, await createKeys(trustDomain, now));
    generations = await readGenerations(folder);
  }
  const [newest, ...older] = generations;
  if (!newest) throw new Error(`no authority could be made in ${folder}`);
  return openAuthority([newest, ...older], { trustDomain }, now);
}

/** The newest first. */
async function readGenerations(folder: string): Promise<Generation[]> {
  const numbers = (await readdir(folder))
    .map((name) => FILE.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
  return Promise.all(
    numbers.map(async (number) => {
      const keys: AuthorityKeys = JSON.parse(await readFile(fileOf(folder, number), 'utf8'));
      return { number, certificate: keys.certificate, key: keys.key };
    }),
  );
}

/** Makes the file of a generation, unless another process was first. */
async function publish(folder: string, number: number, keys: AuthorityKeys): Promise<void> {
  const draft = join(folder, `authority.draft.${process.pid}.${Math.round(performance.now() * 1000)}`);
  await writeFile(draft, JSON.stringify(keys), { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, fileOf(folder, number));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
}

function fileOf(folder: string, number: number): string {
  return join(folder, `authority.${number}.json`);
}

/** Milliseconds since the epoch; 0 where there is none. */
function endOf(generation: AuthorityKeys | undefined): number {
  return generation ? new X509Certificate(generation.certificate).validToDate.getTime() : 0;
}
