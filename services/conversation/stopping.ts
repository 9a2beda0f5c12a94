import type { Clock } from '#lib/clock.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { SessionRecord, Sessions } from './sessions.ts';
import type { TurnRunner } from './turn-runner.ts';
import { type Turns, withoutAnswer } from './turns.ts';

/** How often turns that run here are looked for among those that other processes were asked to stop, in milliseconds. */
const LOOK_MS = 500;
const LOOK_LIMIT = 500;

export interface StoppingParts {
  readonly turns: Turns;
  readonly sessions: Sessions;
  readonly runner: TurnRunner;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Stops what a session is being answered, overtaking its queue, whichever process runs it. */
export class Stopping implements Disposable {
  readonly #parts: StoppingParts;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: StoppingParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
  }

  /** How many turns were running or waiting, and are not any more or will not be within a moment. */
  async stop(session: SessionRecord): Promise<number> {
    return this.stopTurns(
      session.key,
      session.queue.map(({ turn }) => turn),
    );
  }

  /** The same for certain turns of a session. */
  async stopTurns(session: string, turns: readonly string[]): Promise<number> {
    const stopped = await Promise.all(turns.map((turn) => this.#stopOne(session, turn)));
    return stopped.filter(Boolean).length;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /**
   * A turn that runs here ends with what it has said. One that waits gets its final record at once. One that another process runs is marked:
   * that process ends it with what it has said; or, should it have died, whoever takes the turn over.
   */
  async #stopOne(session: string, turn: string): Promise<boolean> {
    const { runner, turns, sessions, clock } = this.#parts;
    if (runner.stop(turn)) return true;
    if (await turns.finishWaiting(turn, withoutAnswer('stopped'), clock.now())) {
      await sessions.dequeue(session, turn);
      return true;
    }
    if (!(await turns.askToStop(turn, clock.now()))) return false;
    runner.kick(session);
    return true;
  }

  async #look(): Promise<void> {
    const { runner, turns, log } = this.#parts;
    if (runner.running === 0) return;
    try {
      for (const turn of await turns.askedToStop(LOOK_LIMIT)) runner.stop(turn);
    } catch (error) {
      log.debug({ err: error }, 'turns to be stopped could not be looked for');
    }
  }
}
