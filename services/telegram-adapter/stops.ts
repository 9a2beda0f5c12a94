import type { People } from './people.ts';

/** Up to which message people have stopped their questions, for those that have not reached conversation yet. */
export class Stops {
  readonly #people: People;
  readonly #exclusive: boolean;
  readonly #upTo = new Map<number, number>();

  /** `exclusive`: all stops come through here, so that the store needs not be asked. */
  constructor(people: People, exclusive: boolean) {
    this.#people = people;
    this.#exclusive = exclusive;
  }

  /** Rejects with `StoreUnavailable`. */
  async stop(chat: number, message: number): Promise<void> {
    this.#note(chat, message);
    await this.#people.stopUpTo(chat, message);
  }

  /** Rejects with `StoreUnavailable`. */
  async isStopped(chat: number, message: number): Promise<boolean> {
    if (!this.#exclusive) await this.#read(chat);
    return message <= (this.#upTo.get(chat) ?? -1);
  }

  /** For a question that was accepted before this process began. */
  async recall(chat: number): Promise<void> {
    if (this.#exclusive) await this.#read(chat);
  }

  async #read(chat: number): Promise<void> {
    const upTo = await this.#people.stoppedUpTo(chat);
    if (upTo !== undefined) this.#note(chat, upTo);
  }

  #note(chat: number, message: number): void {
    this.#upTo.set(chat, Math.max(message, this.#upTo.get(chat) ?? message));
  }
}
