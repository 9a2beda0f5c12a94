import type { Clock } from '#lib/clock.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Sessions } from './sessions.ts';
import type { TurnRunner } from './turn-runner.ts';
import type { Turns } from './turns.ts';

const SWEEP_PAGE = 500;

export interface SweepParts {
  readonly turns: Turns;
  readonly sessions: Sessions;
  readonly runner: TurnRunner;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Finds turns that were accepted and are not finished although nobody runs them: their process died before or after it gave them
 * a place in their session. Gives them one, and runs what may run: also where nobody asks for the answer any more.
 */
export class Sweep implements Disposable {
  readonly #parts: SweepParts;
  readonly #timer: NodeJS.Timeout;
  #isBusy = false;

  constructor(parts: SweepParts) {
    this.#parts = parts;
    // Often enough for leases to be seen as left soon after they end.
    this.#timer = setInterval(() => void this.#tick(), parts.sessions.leaseMs / 3);
  }

  /** Takes up everything that is open. Only where no other process can be running turns of this store. */
  async takeOver(): Promise<number> {
    const { sessions, clock } = this.#parts;
    return this.#sweep(clock.now() + 1, (session) => sessions.voidLease(session));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #tick(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { clock, sessions, log } = this.#parts;
    try {
      const taken = await this.#sweep(clock.now() - sessions.leaseMs, async () => undefined);
      if (taken > 0) log.info({ sessions: taken }, 'open turns looked after');
    } catch (error) {
      log.warn({ err: error }, 'open turns could not be looked after; tried again later');
    } finally {
      this.#isBusy = false;
    }
  }

  /** In how many sessions turns were taken up. */
  async #sweep(before: number, prepare: (session: string) => Promise<void>): Promise<number> {
    const { turns, sessions, runner, clock } = this.#parts;
    const open = await turns.open(before, SWEEP_PAGE);
    let taken = 0;
    for (const [session, orphans] of Map.groupBy(open, (turn) => turn.session)) {
      if (runner.busy(session)) continue;
      await prepare(session);
      for (const { key, position } of orphans) await sessions.requeue(session, { turn: key, position }, clock.now());
      if (await runner.take(session)) taken += 1;
    }
    return taken;
  }
}
