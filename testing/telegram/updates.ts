// The queue of updates and getUpdates: offsets confirm, one poller at a time.
import { ApiFailure } from './failure.ts';
import type { Update } from './model.ts';

/** Longest long poll, seconds; Telegram cuts longer ones to this. */
const LONGEST_POLL = 50;
/** Kinds that come only when a bot asks for them. */
const ON_REQUEST: ReadonlySet<string> = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

interface Waiting {
  readonly limit: number;
  readonly answer: (updates: readonly Update[]) => void;
  readonly fail: (failure: ApiFailure) => void;
  readonly timer: NodeJS.Timeout;
}

/** The updates that the bot has not confirmed yet. */
export class UpdateQueue {
  #pending: Update[] = [];
  #nextId: number;
  #allowed: readonly string[] = [];
  #waiting: Waiting | undefined;
  #onAdded: (() => void) | undefined;

  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** Updates that the bot has not confirmed, oldest first. */
  get pending(): readonly Update[] {
    return this.#pending;
  }

  /** Kinds that the bot asked for; empty: all but those that come only on request. */
  get allowed(): readonly string[] {
    return this.#allowed;
  }

  set allowed(kinds: readonly string[]) {
    this.#allowed = kinds;
  }

  /** Is told of each new update instead of a poller: the webhook. */
  set onAdded(listener: (() => void) | undefined) {
    this.#onAdded = listener;
  }

  /** Adds an update; undefined when the bot did not ask for its kind. */
  add(content: Readonly<Record<string, unknown>>): Update | undefined {
    const kind = Object.keys(content)[0] ?? '';
    const wanted = this.#allowed.length === 0 ? !ON_REQUEST.has(kind) : this.#allowed.includes(kind);
    if (!wanted) return undefined;
    const update: Update = { update_id: this.#nextId++, ...content };
    this.#pending.push(update);
    if (this.#onAdded !== undefined) this.#onAdded();
    else this.#wake();
    return update;
  }

  /** Puts the pending updates into another order. */
  replace(pending: readonly Update[]): void {
    this.#pending = [...pending];
  }

  /** Removes a delivered update. */
  remove(updateId: number): void {
    const at = this.#pending.findIndex(({ update_id }) => update_id === updateId);
    if (at !== -1) this.#pending.splice(at, 1);
  }

  /** Forgets all that is pending. */
  drop(): void {
    this.#pending = [];
  }

  /** Answers getUpdates; a poller that waits already is sent away. `timeout` in seconds. */
  poll(offset: number, limit: number, timeout: number, gone: AbortSignal): Promise<readonly Update[]> {
    const conflict =
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running';
    this.endPoll(conflict);
    if (offset < 0) this.#pending = this.#pending.slice(offset);
    else if (offset > 0) this.#confirm(offset);
    const size = limit >= 1 && limit <= 100 ? limit : 100;
    if (this.#pending.length > 0 || timeout <= 0) return Promise.resolve(this.#pending.slice(0, size));
    return new Promise((answer, fail) => {
      const waiting: Waiting = {
        limit: size,
        answer,
        fail,
        timer: setTimeout(() => this.#end(waiting)?.answer([]), Math.min(timeout, LONGEST_POLL) * 1000),
      };
      this.#waiting = waiting;
      gone.addEventListener('abort', () => this.#end(waiting)?.answer([]), { once: true });
    });
  }

  /** Sends a waiting poller away with 409. */
  endPoll(description: string): void {
    if (this.#waiting !== undefined) this.#end(this.#waiting)?.fail(new ApiFailure(409, description));
  }

  /** Lets a waiting poller go with nothing, at the end of the double. */
  close(): void {
    if (this.#waiting !== undefined) this.#end(this.#waiting)?.answer([]);
  }

  #confirm(offset: number): void {
    let confirmed = 0;
    while ((this.#pending[confirmed]?.update_id ?? offset) < offset) confirmed++;
    if (confirmed > 0) this.#pending.splice(0, confirmed);
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) this.#end(waiting)?.answer(this.#pending.slice(0, waiting.limit));
  }

  #end(waiting: Waiting): Waiting | undefined {
    if (this.#waiting !== waiting) return undefined;
    this.#waiting = undefined;
    clearTimeout(waiting.timer);
    return waiting;
  }
}
