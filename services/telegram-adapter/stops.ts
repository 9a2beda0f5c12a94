import type { People } from './people.ts';
import { sessionIdOf, type Where } from './updates/update.ts';

/** Up to which message people have stopped their questions, for those that have not reached conversation yet. */
export class Stops {
  readonly #people: People;
  readonly #exclusive: boolean;
  readonly #upTo = new Map<string, number>();

  /** `exclusive`: all stops come through here, so that the store needs not be asked. */
  constructor(people: People, exclusive: boolean) {
    this.#people = people;
    this.#exclusive = exclusive;
  }

  /** Rejects with `StoreUnavailable`. */
  async stop(where: Where, message: number): Promise<void> {
    this.#note(where, message);
    await this.#people.stopUpTo(where, message);
  }

  /** Rejects with `StoreUnavailable`. */
  async isStopped(where: Where, message: number): Promise<boolean> {
    if (!this.#exclusive) await this.#read(where);
    return message <= (this.#upTo.get(sessionIdOf(where)) ?? -1);
  }

  /** For a question that was accepted before this process began. */
  async recall(where: Where): Promise<void> {
    if (this.#exclusive) await this.#read(where);
  }

  async #read(where: Where): Promise<void> {
    const upTo = await this.#people.stoppedUpTo(where);
    if (upTo !== undefined) this.#note(where, upTo);
  }

  #note(where: Where, message: number): void {
    const session = sessionIdOf(where);
    this.#upTo.set(session, Math.max(message, this.#upTo.get(session) ?? message));
  }
}
