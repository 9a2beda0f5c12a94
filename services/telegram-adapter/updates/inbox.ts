import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';
import type { Work } from './update.ts';

/** Updates as they were accepted, and what was delivered for each. An update is accepted once it stands here. */
export interface InboxUpdate extends Document {
  /** `{bot}/{update_id}`: Telegram may send an update again, it is stored once. */
  readonly key: string;
  readonly bot: string;
  readonly updateId: number;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** What is to be done; the words are taken out when it is done. */
  readonly work: Work;
  /** The bot again, for as long as something is left to do. */
  readonly pendingBot?: string;
  /** Ids of the messages that answer it, in order. */
  readonly messages?: readonly number[];
  /** The part whose send was begun and whose result is not recorded. */
  readonly sending?: number;
  /** Set when all is done. */
  readonly expireAt?: number;
}

/** Longer than Telegram keeps an update that was not confirmed (24 hours). */
const KEPT_MS = 3 * 86_400_000;

export class Inbox {
  readonly #updates: Collection<InboxUpdate>;

  constructor(store: DocumentStore) {
    this.#updates = store.collection<InboxUpdate>({
      name: 'inbox',
      indexes: [{ name: 'pending', paths: ['pendingBot', 'updateId'] }],
      expiry: 'expireAt',
    });
  }

  /** Accepts an update. Undefined when it was accepted before. Rejects with `StoreUnavailable`. */
  async accept(bot: string, updateId: number, work: Work, now: number): Promise<InboxUpdate | undefined> {
    const update = { key: `${bot}/${updateId}`, bot, updateId, receivedAt: now, work, pendingBot: bot };
    const result = await this.#updates.insert(update);
    return result.ok ? update : undefined;
  }

  /** What was accepted and is not done, in the order of acceptance by Telegram. */
  async *unfinished(bot: string): AsyncGenerator<InboxUpdate> {
    let after: string | undefined;
    do {
      const page = await this.#updates.find({
        index: 'pending',
        equal: [bot],
        limit: 500,
        ...(after === undefined ? {} : { after }),
      });
      yield* page.documents;
      after = page.next;
    } while (after !== undefined);
  }

  /** Records that the send of a part begins, with the messages sent before it. */
  async intend(key: string, part: number, messages: readonly number[]): Promise<void> {
    await this.#updates.update(key, {}, { set: { sending: part, messages } });
  }

  /** Records the messages that stand, and that no send is open. */
  async record(key: string, messages: readonly number[]): Promise<void> {
    await this.#updates.update(key, {}, { set: { messages }, unset: ['sending'] });
  }

  /** Records that all is delivered. */
  async finish(key: string, messages: readonly number[], now: number): Promise<void> {
    await this.#updates.update(
      key,
      {},
      {
        set: { messages, expireAt: now + KEPT_MS },
        unset: ['pendingBot', 'sending', 'work.text', 'work.argument'],
      },
      { lazy: true },
    );
  }
}
