import type { Clock } from '#lib/clock.ts';
import type { SessionRecord, Sessions } from './sessions.ts';
import type { TurnRunner } from './turn-runner.ts';
import { type Turns, withoutAnswer } from './turns.ts';

export interface StoppingParts {
  readonly turns: Turns;
  readonly sessions: Sessions;
  readonly runner: TurnRunner;
  readonly clock: Clock;
}

/** Stops what a session is being answered, overtaking its queue. */
export class Stopping {
  readonly #parts: StoppingParts;

  constructor(parts: StoppingParts) {
    this.#parts = parts;
  }

  /** How many turns were running or waiting, and are not any more. */
  async stop(session: SessionRecord): Promise<number> {
    const stopped = await Promise.all(session.queue.map(({ turn }) => this.#stopOne(session, turn)));
    return stopped.filter(Boolean).length;
  }

  /** A turn that runs here ends with what it has said; any other gets its final record at once, whoever would have run it. */
  async #stopOne(session: SessionRecord, turn: string): Promise<boolean> {
    const { runner, turns, sessions, clock } = this.#parts;
    if (runner.stop(turn)) return true;
    const finished = await turns.finish(turn, session.lease.epoch, withoutAnswer('stopped'), clock.now());
    if (session.lease.until < clock.now() || finished?.attempt === 0) await sessions.dequeue(session.key, turn);
    return finished !== undefined;
  }
}
