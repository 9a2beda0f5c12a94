import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '#lib/documents/port.ts';

/** Waits between attempts, doubled each time, in milliseconds. */
const WAIT_MS = { first: 100, most: 2_000 };

/**
 * Writes what must not be lost with a store that is away for a while: again and again, until it is done or the signal aborts. The write must
 * be one that may be repeated, since a lost reply does not tell whether it was done. Rejects with what is not the store's absence.
 */
export async function persist<R>(write: () => Promise<R>, signal: AbortSignal): Promise<R> {
  for (let wait = WAIT_MS.first; ; wait = Math.min(wait * 2, WAIT_MS.most)) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || signal.aborted) throw error;
      // Rejects only when the signal aborts: then the write is tried once more.
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}
