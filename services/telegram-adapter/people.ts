import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';

/** What is known of a chat. */
interface Chat extends Document {
  /** `{bot}/{chat}`. */
  readonly key: string;
  /** The language chosen with /lang; absent or empty: none. */
  readonly language?: string;
  /** True while the person blocks the bot. */
  readonly inactive?: boolean;
  /** When the person was last told that messages were missed, milliseconds since the epoch. */
  readonly apologizedAt?: number;
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
  async language(chat: number): Promise<string> {
    return (await this.#chats.get(this.#key(chat)))?.language ?? '';
  }

  async setLanguage(chat: number, language: string): Promise<void> {
    await this.#put(chat, { language });
  }

  async setInactive(chat: number, inactive: boolean): Promise<void> {
    await this.#put(chat, { inactive });
  }

  /** True for one caller only within ten minutes: it is to apologize. */
  async claimApology(chat: number, now: number): Promise<boolean> {
    const key = this.#key(chat);
    const inserted = await this.#chats.insert({ key, apologizedAt: now });
    if (inserted.ok) return true;
    const set = { set: { apologizedAt: now } };
    const again = await this.#chats.update(key, { apologizedAt: { lt: now - APOLOGY_EVERY_MS } }, set);
    return again.ok || (await this.#chats.update(key, { apologizedAt: { exists: false } }, set)).ok;
  }

  async #put(chat: number, fields: Omit<Chat, 'key'>): Promise<void> {
    const key = this.#key(chat);
    const set = { ...fields };
    if ((await this.#chats.update(key, {}, { set })).ok) return;
    const inserted = await this.#chats.insert({ key, ...fields });
    if (!inserted.ok) await this.#chats.update(key, {}, { set });
  }

  #key(chat: number): string {
    return `${this.#bot}/${chat}`;
  }
}
