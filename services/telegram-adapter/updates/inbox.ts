import type {
  Change,
  Collection,
  Condition,
  Document,
  DocumentStore,
  Page,
  WriteOptions,
} from '#lib/documents/port.ts';
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
  /** The lease under which it was last written, 0 before the first one. Not kept up where one process has the store to itself. */
  readonly epoch?: number;
  /** Set when all is done. */
  readonly expireAt?: number;
}

/**
 * What the writes about an update are conditional on: it is written under these epochs and no other. 0 stands there as long as nobody
 * has written: so a first write is also the claim of the update.
 */
export type Fence = readonly number[];

/** Longer than Telegram keeps an update that was not confirmed (24 hours). */
const KEPT_MS = 3 * 86_400_000;

export class Inbox {
  readonly #updates: Collection<InboxUpdate>;

  constructor(store: DocumentStore) {
    this.#updates = store.collection<InboxUpdate>({
      name: 'inbox',
      indexes: [{ name: 'open', paths: ['pendingBot', 'work.chat', 'work.message'] }],
      expiry: 'expireAt',
    });
  }

  /** Accepts an update. Undefined when it was accepted before. Rejects with `StoreUnavailable`. */
  async accept(bot: string, updateId: number, work: Work, now: number): Promise<InboxUpdate | undefined> {
    const update = { key: `${bot}/${updateId}`, bot, updateId, receivedAt: now, work, pendingBot: bot, epoch: 0 };
    const result = await this.#updates.insert(update);
    return result.ok ? update : undefined;
  }

  /** The update, if something is left to do for it. */
  async open(key: string): Promise<InboxUpdate | undefined> {
    const update = await this.#updates.get(key);
    return update?.pendingBot === undefined ? undefined : update;
  }

  /** What was accepted and is not done, in one chat or in all: chat by chat, each in the order of its messages. */
  async *unfinished(bot: string, chat?: number): AsyncGenerator<InboxUpdate> {
    let after: string | undefined;
    do {
      const page = await this.#page(chat === undefined ? [bot] : [bot, chat], after);
      yield* page.documents;
      after = page.next;
    } while (after !== undefined);
  }

  /** A page of what was accepted and is not done. */
  page(bot: string, after: string | undefined): Promise<Page<InboxUpdate>> {
    return this.#page([bot], after);
  }

  /**
   * Takes over what an earlier lease has written to: from now on its writes are refused. The update as it stands then; undefined when
   * it is done, or a later lease has written.
   */
  async takeOver({ key, epoch }: InboxUpdate, own: number): Promise<InboxUpdate | undefined> {
    const earlier = epoch === undefined ? { exists: false } : { lt: own };
    const condition: Condition = { epoch: earlier, pendingBot: { exists: true } };
    const taken = await this.#updates.update(key, condition, { set: { epoch: own } });
    return taken.ok ? taken.document : undefined;
  }

  /** Records that the send of a part begins, with the messages sent before it. False: see `#write`. */
  intend(key: string, fence: Fence | undefined, part: number, messages: readonly number[]): Promise<boolean> {
    return this.#write(key, fence, { set: { sending: part, messages } });
  }

  /** Records the messages that stand, and that no send is open. False: see `#write`. */
  record(key: string, fence: Fence | undefined, messages: readonly number[]): Promise<boolean> {
    return this.#write(key, fence, { set: { messages }, unset: ['sending'] });
  }

  /** Records that all is delivered. False: see `#write`. */
  finish(key: string, fence: Fence | undefined, messages: readonly number[], now: number): Promise<boolean> {
    const set = { messages, expireAt: now + KEPT_MS };
    const unset = ['pendingBot', 'sending', 'work.text', 'work.argument'];
    return this.#write(key, fence, { set, unset }, { lazy: true });
  }

  #page(equal: readonly (string | number)[], after: string | undefined): Promise<Page<InboxUpdate>> {
    // One chat has few, and mostly the first one is asked for.
    const limit = equal.length === 1 ? 500 : 20;
    const query = { index: 'open', equal, limit };
    return this.#updates.find(after === undefined ? query : { ...query, after });
  }

  /** Without a fence nobody else can write, and nothing is tested. False when somebody else has written. */
  async #write(key: string, fence: Fence | undefined, change: Change, options?: WriteOptions): Promise<boolean> {
    if (fence === undefined) {
      await this.#updates.update(key, {}, change, options);
      return true;
    }
    const own = Math.max(...fence);
    const fenced = { ...change, set: { ...change.set, epoch: own } };
    return (await this.#updates.update(key, { epoch: { in: fence } }, fenced, options)).ok;
  }
}
