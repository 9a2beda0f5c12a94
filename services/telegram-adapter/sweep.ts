import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { laneOf } from './backlog.ts';
import type { Desk } from './desk.ts';

/**
 * Finds updates that were accepted and are not done although nobody works on them: their process died, or the store did not tell that
 * they were accepted. Looks at one page at a time, and goes on behind it the next time.
 */
export class Sweep {
  readonly #desk: Desk;
  readonly #everyMs: number;
  #after: string | undefined;
  #waking = new AbortController();

  constructor(desk: Desk, everyMs: number) {
    this.#desk = desk;
    this.#everyMs = everyMs;
  }

  /** Sweeps now. */
  wake(): void {
    this.#waking.abort();
  }

  /** Takes up everything that is open; waits for the store. */
  async takeUp(signal: AbortSignal): Promise<void> {
    let taken = 0;
    for (let isDone = false; !isDone && !signal.aborted; ) {
      const found = await this.#sweep(signal);
      taken += found ?? 0;
      isDone = found !== undefined && this.#after === undefined;
    }
    if (taken > 0) this.#desk.log.info({ updates: taken }, 'taking up what was left open');
  }

  /** Sweeps until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const either = AbortSignal.any([signal, this.#waking.signal]);
      await sleep(this.#everyMs, undefined, { signal: either, ref: false }).catch(() => undefined);
      this.#waking = new AbortController();
      if (!signal.aborted) await this.#sweep(signal);
    }
  }

  /** Gives how many updates of the next page are to be worked on; undefined when the page could not be read. */
  async #sweep(signal: AbortSignal): Promise<number | undefined> {
    const { inbox, bot, backlog, stops, lanes, health, log } = this.#desk;
    try {
      let taken = 0;
      const page = await inbox.page(bot, this.#after);
      for (const update of page.documents) {
        if (!(await backlog.found(update))) continue;
        await stops.recall(update.work);
        lanes.kick(laneOf(update), false);
        taken++;
      }
      this.#after = page.next;
      return taken;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'open updates could not be looked for');
      const pause = error instanceof StoreUnavailable ? health.recovered(error, signal) : sleep(this.#everyMs);
      await pause.catch(() => undefined);
      return undefined;
    }
  }
}
