import type { People, Stopped } from './people.ts';
import { sessionIdOf, type Where } from './updates/update.ts';

/** Up to which message people have stopped their questions, for those that have not reached conversation yet. */
export class Stops {
  readonly #people: People;
  readonly #exclusive: boolean;
  readonly #stopped = new Map<string, Stopped>();

  /** `exclusive`: all stops come through here, so that the store needs not be asked. */
  constructor(people: People, exclusive: boolean) {
    this.#people = people;
    this.#exclusive = exclusive;
  }

  /** Rejects with `StoreUnavailable`. */
  async stop(where: Where, stopped: Stopped): Promise<void> {
    this.#note(where, stopped);
    await this.#people.stop(where, stopped);
  }

  /** Whether a question was stopped that was said with this message. Rejects with `StoreUnavailable`. */
  async isStopped(where: Where, message: number): Promise<boolean> {
    return message <= ((await this.#of(where))?.upTo ?? -1);
  }

  /** Whether questions were stopped after one was asked anew, at a time in milliseconds since the epoch. Rejects with `StoreUnavailable`. */
  async isStoppedSince(where: Where, time: number): Promise<boolean> {
    return time < ((await this.#of(where))?.at ?? 0);
  }

  /** For a question that was accepted before this process began. */
  async recall(where: Where): Promise<void> {
    if (this.#exclusive) await this.#read(where);
  }

  async #of(where: Where): Promise<Stopped | undefined> {
    if (!this.#exclusive) await this.#read(where);
    return this.#stopped.get(sessionIdOf(where));
  }

  async #read(where: Where): Promise<void> {
    const stopped = await this.#people.stopped(where);
    if (stopped !== undefined) this.#note(where, stopped);
  }

  #note(where: Where, { upTo, at }: Stopped): void {
    const session = sessionIdOf(where);
    const known = this.#stopped.get(session);
    this.#stopped.set(session, { upTo: Math.max(upTo, known?.upTo ?? upTo), at: Math.max(at, known?.at ?? at) });
  }
}
