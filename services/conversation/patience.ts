import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '#lib/rpc/status.ts';

/** Waits between tries, doubled each time, in milliseconds. */
const WAIT_MS = { first: 100, most: 1_600 };

/** How long another service that is away is waited for before a turn fails for it, in milliseconds. */
const LIMIT_MS = 20_000;

/** What ends waiting for another service. */
export interface Patience {
  readonly clock: { now(): number };
  /** Nobody needs the result any more. */
  readonly signal: AbortSignal;
}

/**
 * Calls another service again and again while it is away, as it is for moments when its process dies and others take its place. Rejects
 * with the last failure when that takes too long or the signal aborts, and with any other failure at once.
 */
export async function patiently<R>(call: () => Promise<R>, { clock, signal }: Patience): Promise<R> {
  const until = clock.now() + LIMIT_MS;
  for (let wait = WAIT_MS.first; ; wait = Math.min(wait * 2, WAIT_MS.most)) {
    try {
      return await call();
    } catch (error) {
      if (!isAway(error) || signal.aborted || clock.now() + wait > until) throw error;
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Whether a failure is of the way to a service, or of a service that takes no calls now, and not of what it was asked. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false;
  const { code, domain, reason } = error.failure;
  if (domain === 'llm.otvet') return false;
  return code === 'UNAVAILABLE' || code === 'CANCELLED' || code === 'UNKNOWN' || reason === 'OVERLOADED';
}
