import type { Change, Collection, Condition, Document, DocumentStore } from '#lib/documents/port.ts';
import { sessionIdOf, type Where } from './updates/update.ts';

/** What is known of a chat, or of one topic of it. */
interface Chat extends Document {
  /** `{bot}/{chat}`, in a topic `{bot}/{chat}_{thread}`. */
  readonly key: string;
  /** The language chosen with /lang; absent or empty: none. */
  readonly language?: string;
  /** True while the person blocks the bot. */
  readonly inactive?: boolean;
  /** When the person was last told that messages were missed, milliseconds since the epoch, and below which message. */
  readonly apologizedAt?: number;
  readonly apologizedTo?: number;
  /** The message up to which the person stopped all questions. */
  readonly stoppedUpTo?: number;
  /** When they did so last, milliseconds since the epoch. */
  readonly stoppedAt?: number;
  /** When the person was last told that the bot does not answer them, and for which message. */
  readonly refusedAt?: number;
  readonly refusedFor?: number;
  /** Who was asked whether all is to be deleted, with which message, and until when the answer counts (milliseconds since the epoch). */
  readonly forgetFor?: number;
  readonly forgetBy?: number;
  readonly forgetUntil?: number;
  /** The album that was last replied to, and its message that has the reply. */
  readonly album?: string;
  readonly albumReplyTo?: number;
}

/** Up to which message all questions are stopped, and when that was said, milliseconds since the epoch. */
export interface Stopped {
  readonly upTo: number;
  readonly at: number;
}

/** One apology for all that was missed while the adapter was away, in milliseconds. */
const APOLOGY_EVERY_MS = 10 * 60_000;

/** The people that one bot talks with. */
export class People {
  readonly #chats: Collection<Chat>;
  readonly #bot: string;

  constructor(store: DocumentStore, bot: string) {
    this.#chats = store.collection<Chat>({ name: 'chats', indexes: [] });
    this.#bot = bot;
  }

  /** The language chosen with /lang; empty where it was not. */
  async language(where: Where): Promise<string> {
    return (await this.#chats.get(this.#key(where)))?.language ?? '';
  }

  async setLanguage(where: Where, language: string): Promise<void> {
    await this.#put(where, { set: { language } });
  }

  async setInactive(chat: number, inactive: boolean): Promise<void> {
    await this.#put({ chat }, { set: { inactive } });
  }

  /** Undefined where nothing was ever stopped. */
  async stopped(where: Where): Promise<Stopped | undefined> {
    const { stoppedUpTo: upTo, stoppedAt: at = 0 } = (await this.#chats.get(this.#key(where))) ?? {};
    return upTo === undefined ? undefined : { upTo, at };
  }

  async stop(where: Where, { upTo, at }: Stopped): Promise<void> {
    await this.#put(where, { max: { stoppedUpTo: upTo, stoppedAt: at } });
  }

  /** True for one message only within ten minutes: the one below which to apologize. */
  claimApology(where: Where, message: number, now: number): Promise<boolean> {
    return this.#claim(where, { apologizedAt: now, apologizedTo: message }, [
      { apologizedTo: { eq: message } },
      { apologizedAt: { lt: now - APOLOGY_EVERY_MS } },
      { apologizedAt: { exists: false } },
    ]);
  }

  /** True for one message only within `everyMs`: the one below which to say that the bot does not answer this person. */
  claimRefusal(where: Where, message: number, now: number, everyMs: number): Promise<boolean> {
    return this.#claim(where, { refusedAt: now, refusedFor: message }, [
      { refusedFor: { eq: message } },
      { refusedAt: { lt: now - everyMs } },
      { refusedAt: { exists: false } },
    ]);
  }

  /** Notes that a person was asked, with this message of theirs, whether all is to be deleted. */
  async offerForgetting(where: Where, user: number, message: number, until: number): Promise<void> {
    await this.#put(where, { set: { forgetFor: user, forgetBy: message, forgetUntil: until } });
  }

  /** Whether a later message of the same person came in time. */
  async mayForget(where: Where, user: number, message: number, at: number): Promise<boolean> {
    const chat = await this.#chats.get(this.#key(where));
    return chat?.forgetFor === user && message > (chat.forgetBy ?? message) && at <= (chat.forgetUntil ?? 0);
  }

  /** True for one message only of an album: the one that gets the reply. */
  claimAlbum(where: Where, album: string, message: number): Promise<boolean> {
    return this.#claim(where, { album, albumReplyTo: message }, [
      { album: { ne: album } },
      { albumReplyTo: { eq: message } },
    ]);
  }

  async #claim(where: Where, set: Omit<Chat, 'key'>, conditions: readonly Condition[]): Promise<boolean> {
    const key = this.#key(where);
    if ((await this.#chats.insert({ key, ...set })).ok) return true;
    for (const condition of conditions) {
      if ((await this.#chats.update(key, condition, { set: { ...set } })).ok) return true;
    }
    return false;
  }

  async #put(where: Where, change: Change): Promise<void> {
    const key = this.#key(where);
    if ((await this.#chats.update(key, {}, change)).ok) return;
    const inserted = await this.#chats.insert({ key, ...change.set, ...change.max });
    if (!inserted.ok) await this.#chats.update(key, {}, change);
  }

  #key(where: Where): string {
    return `${this.#bot}/${sessionIdOf(where)}`;
  }
}
