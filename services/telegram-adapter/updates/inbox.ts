import type {
  Change,
  Collection,
  Condition,
  Document,
  DocumentStore,
  Page,
  WriteOptions,
} from '#lib/documents/port.ts';
import type { Media } from './media.ts';
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
  /**
   * Where its answer stands: `{bot}/{chat}`, and the last message. With the turn's name it is what leads from a message to its turn. Set
   * when all is done, for answers and for words about one that failed.
   */
  readonly answerIn?: string;
  readonly answerAt?: number;
  readonly turn?: string;
  /** The number of the update with the question, where this one asked it anew. */
  readonly retryOf?: number;
  /** How often it was asked anew, and the key of the update that asked for that last. */
  readonly retries?: number;
  readonly retriedBy?: string;
  /** What is asked is known: what was heard, or all that was sent together. */
  readonly understood?: boolean;
  /** Set when all is done. */
  readonly expireAt?: number;
}

/** What an update was answered with. */
export interface Answer {
  readonly chat: number;
  /** The number of the update with the question, where it was asked anew. */
  readonly retryOf?: number;
  /** The turn's name; absent where no turn has begun. */
  readonly turn?: string;
  /** The question is kept until the update is forgotten, so that it can be asked again. */
  readonly keepsWords: boolean;
}

/**
 * What the writes about an update are conditional on: it is written under these epochs and no other. 0 stands there as long as nobody
 * has written: so a first write is also the claim of the update.
 */
export type Fence = readonly number[];

/** Messages of one answer, and what others say between them. */
const MOST_PARTS = 100;

/** Longer than Telegram keeps an update that was not confirmed (24 hours). */
const KEPT_MS = 3 * 86_400_000;

export class Inbox {
  readonly #updates: Collection<InboxUpdate>;

  constructor(store: DocumentStore) {
    this.#updates = store.collection<InboxUpdate>({
      name: 'inbox',
      indexes: [
        { name: 'open', paths: ['pendingBot', 'work.chat', 'work.message'] },
        { name: 'answers', paths: ['answerIn', 'answerAt'] },
      ],
      expiry: 'expireAt',
    });
  }

  /** Accepts an update. Undefined when it was accepted before. Rejects with `StoreUnavailable`. */
  async accept(bot: string, updateId: number, work: Work, now: number): Promise<InboxUpdate | undefined> {
    const update = { key: `${bot}/${updateId}`, bot, updateId, receivedAt: now, work, pendingBot: bot, epoch: 0 };
    const result = await this.#updates.insert(update);
    return result.ok ? update : undefined;
  }

  /** Accepts work that no update of Telegram brings, by a name of its own. Undefined when it was accepted before. */
  async post(bot: string, name: string, work: Work, now: number): Promise<InboxUpdate | undefined> {
    const update = { key: `${bot}/${name}`, bot, updateId: 0, receivedAt: now, work, pendingBot: bot, epoch: 0 };
    return (await this.#updates.insert(update)).ok ? update : undefined;
  }

  /** The update, if something is left to do for it. */
  async open(key: string): Promise<InboxUpdate | undefined> {
    const update = await this.#updates.get(key);
    return update?.pendingBot === undefined ? undefined : update;
  }

  /** An update by its number, done or not; what was done long ago is forgotten. */
  get(bot: string, updateId: number): Promise<InboxUpdate | undefined> {
    return this.#updates.get(`${bot}/${updateId}`);
  }

  /** What was answered with a message; the latest, where it was asked anew. */
  async answeredWith(bot: string, chat: number, message: number): Promise<InboxUpdate | undefined> {
    // Found by the last message of an answer, which is this one or a little behind it.
    const range = { gte: message, lt: message + MOST_PARTS };
    const page = await this.#updates.find({ index: 'answers', equal: [`${bot}/${chat}`], range, limit: 20 });
    const found = page.documents.filter(({ messages }) => messages?.includes(message));
    return found.toSorted((one, other) => other.updateId - one.updateId)[0];
  }

  /** The answers in a chat, the last in it first: so many at most. */
  async lastAnswers(bot: string, chat: number, limit: number): Promise<readonly InboxUpdate[]> {
    const equal = [`${bot}/${chat}`];
    const page = await this.#updates.find({ index: 'answers', equal, order: 'descending', limit });
    // One that was asked anew stands where the first one stood.
    return page.documents.toSorted((a, b) => (b.answerAt ?? 0) - (a.answerAt ?? 0) || b.updateId - a.updateId);
  }

  /** True for one update only, however often: the one that asks a question anew for the `attempt`th time. */
  async claimRetry({ key }: InboxUpdate, attempt: number, by: string): Promise<boolean> {
    const set = { retries: attempt, retriedBy: by };
    const conditions: readonly Condition[] = [
      { retries: { exists: false } },
      { retries: { lt: attempt } },
      { retries: { eq: attempt }, retriedBy: { eq: by } },
    ];
    for (const condition of conditions) {
      if ((await this.#updates.update(key, condition, { set })).ok) return true;
    }
    return false;
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

  /** Records what is asked, once that is known: by another attempt it must be the same. False: see `#write`. */
  understand(key: string, fence: Fence | undefined, text: string, media?: readonly Media[]): Promise<boolean> {
    const set = { 'work.text': text, ...(media === undefined ? {} : { 'work.media': media }), understood: true };
    return this.#write(key, fence, { set });
  }

  /** Records that all is delivered. False: see `#write`. */
  finish(
    key: string,
    fence: Fence | undefined,
    messages: readonly number[],
    answer: Answer | undefined,
    now: number,
  ): Promise<boolean> {
    const set = { messages, expireAt: now + KEPT_MS, ...answerFields(key, messages, answer) };
    const unset = answer?.keepsWords ? ['pendingBot', 'sending'] : ['pendingBot', 'sending', ...WORDS];
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

/** Where a document holds what people wrote. */
const WORDS: readonly string[] = ['work.text', 'work.argument', 'work.name', 'work.fileName'];

function answerFields(
  key: string,
  messages: readonly number[],
  answer: Answer | undefined,
): NonNullable<Change['set']> {
  const last = messages.at(-1);
  if (answer === undefined || last === undefined) return {};
  const { chat, turn, retryOf } = answer;
  const bot = key.slice(0, key.indexOf('/'));
  return {
    answerIn: `${bot}/${chat}`,
    answerAt: last,
    ...(turn === undefined ? {} : { turn }),
    ...(retryOf === undefined ? {} : { retryOf }),
  };
}
