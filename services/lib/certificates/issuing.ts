import { RENEWAL_MS } from '#lib/certificates/authority.ts';
import { endOfIdentity } from '#lib/certificates/check.ts';
import type { LiveIdentity } from '#lib/certificates/identity.ts';
import type { Authority } from '#lib/certificates/issuer.ts';
import { KeptIdentity, type Watching } from '#lib/certificates/kept.ts';

/** Gives the services of a process certificates of Otvet's own making, and renews them in time. */
export interface Issuing extends Disposable {
  readonly issue: (service: string) => Promise<LiveIdentity>;
}

/** How often the authority is asked for again, in milliseconds: so soon this process believes a new one. */
const LOOK_MS = 60_000;

/** `open` gives the authority of a moment (milliseconds since the epoch), a new one near the end of the last. */
export async function startIssuing(
  open: (now: number) => Promise<Authority>,
  watching: Watching,
  lookMs = LOOK_MS,
): Promise<Issuing> {
  const { clock } = watching;
  const issued: { readonly kept: KeptIdentity; believed: string }[] = [];
  let authority = await open(clock.now());

  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    for (const { kept } of issued) kept.warnIfExpired();
    try {
      authority = await open(clock.now());
      for (const one of issued) {
        const renew = endOfIdentity(one.kept.now()) - clock.now() < RENEWAL_MS;
        if (!renew && one.believed === authority.believed) continue;
        one.kept.replace(await authority.issue(one.kept.service));
        one.believed = authority.believed;
      }
    } catch (error) {
      for (const { kept } of issued) kept.failed(`it cannot be renewed (${(error as Error).name})`);
    }
    looking = false;
  };
  const timer = setInterval(() => void look(), lookMs).unref();
  return {
    async issue(service) {
      const kept = new KeptIdentity(await authority.issue(service), watching);
      issued.push({ kept, believed: authority.believed });
      return kept;
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      for (const { kept } of issued) kept.close();
    },
  };
}
