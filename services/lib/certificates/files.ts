import { readFile } from 'node:fs/promises';
import { type IdentityFault, type IdentityPart, identityFault } from '#lib/certificates/check.ts';
import type { SpiffeName, TlsIdentity } from '#lib/certificates/identity.ts';
import { KeptIdentity, type Watching } from '#lib/certificates/kept.ts';
import { LoggableError } from '#lib/telemetry/error.ts';

/** Paths of PEM files. */
export type IdentityFiles = Readonly<Record<IdentityPart, string>>;

/** How often the files are looked at, in milliseconds. */
const LOOK_MS = 5_000;

/**
 * An identity from files, which are read again while it is used: whoever renews them (cert-manager, a cron job) need not
 * tell. They are polled, for Kubernetes swaps a link above them, which file events of the old folder do not tell. New
 * files that cannot be used are told to the log, and the old identity stays. Throws `LoggableError` where the first ones
 * cannot be used, with the file and what is wrong.
 */
export async function identityFromFiles(
  files: IdentityFiles,
  name: SpiffeName,
  watching: Watching,
  lookMs = LOOK_MS,
): Promise<KeptIdentity & Disposable> {
  let seen = await read(files, name.service);
  const fault = 'problem' in seen ? seen : identityFault(seen, name, watching.clock.now());
  if (fault) throw new LoggableError(wordsOf(files, fault));
  const kept = new KeptIdentity(seen as TlsIdentity, watching);

  let looked: TlsIdentity | IdentityFault = seen;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    const found = await read(files, name.service);
    looking = false;
    // Files are swapped one after the other: what is found must be found twice.
    const settled = same(found, looked);
    looked = found;
    kept.warnIfExpired();
    if (!settled || same(found, seen)) return;
    const wrong = 'problem' in found ? found : identityFault(found, name, watching.clock.now());
    if (wrong) kept.failed(wordsOf(files, wrong));
    else {
      seen = found;
      kept.replace(found as TlsIdentity);
    }
  };
  const timer = setInterval(() => void look(), lookMs).unref();
  return Object.assign(kept, {
    [Symbol.dispose]() {
      clearInterval(timer);
      kept.close();
    },
  });
}

async function read(files: IdentityFiles, service: string): Promise<TlsIdentity | IdentityFault> {
  const texts: Record<IdentityPart, string> = { certificate: '', key: '', authority: '' };
  for (const part of ['certificate', 'key', 'authority'] as const) {
    try {
      texts[part] = await readFile(files[part], 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return { part, problem: code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})` };
    }
  }
  return { service, ...texts };
}

function same(one: TlsIdentity | IdentityFault, other: TlsIdentity | IdentityFault): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

const VARIABLES: IdentityFiles = {
  certificate: 'OTVET_MTLS_CERT_FILE',
  key: 'OTVET_MTLS_KEY_FILE',
  authority: 'OTVET_MTLS_CA_FILE',
};

function wordsOf(files: IdentityFiles, { part, problem }: IdentityFault): string {
  return `${VARIABLES[part]}: ${files[part]} ${problem}.`;
}
