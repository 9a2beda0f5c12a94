import { setTimeout as sleep } from 'node:timers/promises';
import { type DocumentStore, StoreUnavailable } from '#lib/documents/port.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** Waits between tries, doubled each time, in milliseconds. */
const WAIT_MS = { first: 250, most: 5_000 };

/**
 * A step of a service's start that needs its store. A database that went away since it was opened is waited for, and the step is taken
 * again, so it must be one that may be repeated. An embedded store that cannot be used does not come back by itself: then, and for any
 * other failure, it rejects.
 */
export async function atStart<R>(
  store: Pick<DocumentStore, 'exclusive'>,
  log: Pick<Logger, 'warn'>,
  step: () => Promise<R>,
): Promise<R> {
  for (let wait = WAIT_MS.first; ; wait = Math.min(wait * 2, WAIT_MS.most)) {
    try {
      return await step();
    } catch (error) {
      if (store.exclusive || !(error instanceof StoreUnavailable)) throw error;
      log.warn({ reason: error.message, retryMs: wait }, 'waiting for the store');
      await sleep(wait);
    }
  }
}
