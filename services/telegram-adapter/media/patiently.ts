import { setTimeout as sleep } from 'node:timers/promises';
import { RpcError } from '#lib/rpc/status.ts';
import { afterFailure } from '../answering/ask-failure.ts';
import type { Desk } from '../desk.ts';

/** Calls until it is done or fails for good: a conversation service that is away is waited for as with questions. */
export async function patiently<T>({ clock, signal }: Desk, call: () => Promise<T>): Promise<T> {
  const begun = clock.now();
  for (let tries = 0; ; tries++) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RpcError)) throw error;
      const next = afterFailure(error.failure, tries, clock.now() - begun);
      if (next.do === 'tell') throw error;
      await sleep(next.afterMs, undefined, { signal });
    }
  }
}
