import type { Clock } from '#lib/clock.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { LEASE_MS, type Sessions } from './sessions.ts';
import type { TurnRunner } from './turn-runner.ts';
import type { Turns } from './turns.ts';

const SWEEP_EVERY_MS = 10_000;
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
 * a place in their session. Gives them one, and runs what may run.
 */
export class Sweep implements Disposable {
  readonly #parts: SweepParts;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: SweepParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#tick(), SWEEP_EVERY_MS);
  }

  /** Takes up everything that is open. Only where no other process can be running turns of this store. */
  async takeOver(): Promise<number> {
    return this.#sweep(this.#parts.clock.now() + 1, (session) => this.#parts.sessions.voidLease(session));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #tick(): Promise<void> {
    try {
      const found = await this.#sweep(this.#parts.clock.now() - LEASE_MS, async () => undefined);
      if (found > 0) this.#parts.log.info({ turns: found }, 'open turns looked after');
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'open turns could not be looked after; tried again later');
    }
  }

  async #sweep(before: number, prepare: (session: string) => Promise<void>): Promise<number> {
    const { turns, runner } = this.#parts;
    const open = await turns.open(before, SWEEP_PAGE);
    const bySession = Map.groupBy(open, (turn) => turn.session);
    for (const [session, orphans] of bySession) {
      await prepare(session);
      for (const { key, position } of orphans) await this.#ticketAgain(session, key, position);
      runner.kick(session);
    }
    return open.length;
  }

  async #ticketAgain(session: string, turn: string, position: number): Promise<void> {
    const { sessions, clock } = this.#parts;
    if (!(await sessions.get(session))) {
      const [assistant = '', id = ''] = session.split('/');
      await sessions.create(session, assistant, id.slice(0, id.indexOf('.')), clock.now());
    }
    await sessions.requeue(session, { turn, position });
  }
}
