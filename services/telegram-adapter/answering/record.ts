import type { Clock } from '#lib/clock.ts';
import type { Task } from '../backlog.ts';
import { LeaseLost } from '../replicas/replicas.ts';
import type { StoreHealth } from '../replicas/store-health.ts';
import type { Answer, Fence, Inbox } from '../updates/inbox.ts';
import type { Media } from '../updates/media.ts';

export interface RecordOptions {
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly health: StoreHealth;
}

/**
 * What was delivered for one update, in memory and in the inbox. Writes are repeated until the store takes them; they reject with
 * `LeaseLost` when somebody else works on the update, and when the right to it ends: what is not recorded then is found open by who
 * goes on.
 */
export class DeliveryRecord {
  readonly #key: string;
  readonly #chat: number;
  readonly #right: Task['right'];
  readonly #options: RecordOptions;
  #messages: readonly number[];
  #sending: number | undefined;
  #begun: boolean;
  #isBehind = false;
  #answer: Answer | undefined;

  constructor({ update, right }: Task, options: RecordOptions) {
    this.#right = right;
    this.#key = update.key;
    this.#chat = update.work.chat;
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

  /** Whether a message stands that the inbox does not know. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Right before anything is said: resolves when this process may for sure. Rejects with `LeaseLost`. */
  assure(): Promise<void> {
    return this.#right.assure();
  }

  /** Before a send: if its result is lost, this tells that there was one. */
  async intend(part: number): Promise<void> {
    if (this.#sending === part) return;
    await this.#write((fence) => this.#options.inbox.intend(this.#key, fence, part, this.#messages));
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
    await this.#write((fence) => this.#options.inbox.record(this.#key, fence, this.#messages));
    this.#sending = undefined;
    this.#begun = false;
  }

  /** A part stands in the chat. Written down with the next write. */
  sent(part: number, message: number): void {
    this.#messages = replaced(this.#messages, part, message);
    this.#isBehind = true;
    this.#sending = undefined;
    this.#begun = false;
  }

  /** Writes down the messages that stand. */
  async save(): Promise<void> {
    await this.#write((fence) => this.#options.inbox.record(this.#key, fence, this.#messages));
  }

  /** What stands there when all is done is an answer, or words about one that failed. */
  answers(answer: Omit<Answer, 'chat'>): void {
    this.#answer = { chat: this.#chat, ...answer };
  }

  /** Begins with a message that stands already: it is edited. */
  adopt(message: number): void {
    if (this.#messages.length === 0) this.#messages = [message];
  }

  /** Writes down what is asked, so that every attempt asks the same. */
  async understand(text: string, media?: readonly Media[]): Promise<void> {
    await this.#write((fence) => this.#options.inbox.understand(this.#key, fence, text, media));
  }

  /** Nothing is left to do for another update, which this one has taken in. */
  async absorb(key: string): Promise<void> {
    await this.#write((fence) => {
      const untouched = fence && [0, ...fence];
      return this.#options.inbox.finish(key, untouched, [], undefined, this.#options.clock.now());
    });
  }

  /** Nothing is left to do. */
  async finish(): Promise<void> {
    await this.#write((fence) => {
      const now = this.#options.clock.now();
      return this.#options.inbox.finish(this.#key, fence, this.#messages, this.#answer, now);
    });
  }

  async #write(write: (fence: Fence | undefined) => Promise<boolean>): Promise<void> {
    const { fence, signal } = this.#right;
    for (;;) {
      try {
        if (!(await write(fence))) throw new LeaseLost();
        this.#isBehind = false;
        return;
      } catch (error) {
        await this.#options.health.recovered(error, signal);
      }
    }
  }
}

function replaced(messages: readonly number[], part: number, message: number): readonly number[] {
  const copy = [...messages];
  copy[part] = message;
  return copy;
}
