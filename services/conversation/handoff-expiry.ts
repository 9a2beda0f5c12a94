import type { Clock } from '#lib/clock.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Handoffs } from './handoffs.ts';

/** How often handoffs whose time is over are looked for, in milliseconds: by one read of an index that is mostly empty. */
export const EXPIRY_LOOK_MS = 5_000;
const LIMIT = 200;

export interface HandoffExpiryParts {
  readonly handoffs: Handoffs;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly everyMs: number;
}

/** Gives sessions back to the bot where nobody came, or nobody wrote for long. Any number of replicas may look: one write decides. */
export class HandoffExpiry implements Disposable {
  readonly #parts: HandoffExpiryParts;
  readonly #timer: NodeJS.Timeout;
  #isBusy = false;

  constructor(parts: HandoffExpiryParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#look(), parts.everyMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { handoffs, clock, log } = this.#parts;
    try {
      const overdue = await handoffs.overdue(clock.now(), LIMIT);
      for (const session of overdue) await handoffs.apply(session, { type: 'time passed' });
      if (overdue.length > 0) log.info({ sessions: overdue.length }, 'handoffs ended by themselves');
    } catch (error) {
      log.warn({ err: error }, 'handoffs whose time is over could not be looked for; tried again later');
    } finally {
      this.#isBusy = false;
    }
  }
}
