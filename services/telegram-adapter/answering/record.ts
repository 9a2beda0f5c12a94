import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#lib/clock.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Inbox, InboxUpdate } from '../updates/inbox.ts';
import { backoffMs } from './pace.ts';

export interface RecordOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborts when the service stops; what is not recorded then is found open at the next start. */
  readonly signal: AbortSignal;
}

/** What was delivered for one update, in memory and in the inbox. Writes are repeated until the store takes them. */
export class DeliveryRecord {
  readonly #key: string;
  readonly #options: RecordOptions;
  #messages: readonly number[];
  #sending: number | undefined;
  #begun: boolean;

  constructor(update: InboxUpdate, options: RecordOptions) {
    this.#key = update.key;
    this.#options = options;
    this.#messages = update.messages ?? [];
    this.#sending = update.sending;
    this.#begun = update.sending !== undefined;
  }

  /** Ids of the messages that stand, in order. */
  get messages(): readonly number[] {
    return this.#messages;
  }

  /** Whether the result of a send is not known: its message may stand in the chat. */
  get isUncertain(): boolean {
    return this.#begun;
  }

  /** Before a send: if its result is lost, this tells that there was one. */
  async intend(part: number): Promise<void> {
    if (this.#sending === part) return;
    await this.#write(() => this.#options.inbox.intend(this.#key, part, this.#messages));
    this.#sending = part;
    this.#begun = false;
  }

  /** Right before the send that is intended. True when an earlier send of the same part may have been done. */
  begin(): boolean {
    const repeats = this.#begun;
    this.#begun = true;
    return repeats;
  }

  /** The send that was intended was certainly not done. */
  async withdraw(): Promise<void> {
    await this.#write(() => this.#options.inbox.record(this.#key, this.#messages));
    this.#sending = undefined;
    this.#begun = false;
  }

  /** A part stands in the chat. Written down with the next write. */
  sent(part: number, message: number): void {
    this.#messages = replaced(this.#messages, part, message);
    this.#sending = undefined;
    this.#begun = false;
  }

  /** Writes down the messages that stand. */
  async save(): Promise<void> {
    await this.#write(() => this.#options.inbox.record(this.#key, this.#messages));
  }

  /** Nothing is left to do. */
  async finish(): Promise<void> {
    await this.#write(() => this.#options.inbox.finish(this.#key, this.#messages, this.#options.clock.now()));
  }

  async #write(write: () => Promise<void>): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await write();
        return;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        if (tries === 0) this.#options.log.warn({ err: error }, 'the inbox cannot be written; trying on');
        await sleep(backoffMs(tries), undefined, { signal: this.#options.signal });
      }
    }
  }
}

function replaced(messages: readonly number[], part: number, message: number): readonly number[] {
  const copy = [...messages];
  copy[part] = message;
  return copy;
}
