import type { Collection, Condition, Document, DocumentStore } from '#lib/documents/port.ts';
import { type Said, sessionIdOf, type Where } from '../updates/update.ts';

/** A session that is or was handed to people, and its topic among the operators. */
export interface Contact extends Document {
  /** `{bot}/{session id}`. */
  readonly key: string;
  readonly chat: number;
  readonly thread?: number;
  /** Telegram's id of the person. */
  readonly user: number;
  /** The language of the person's Telegram. */
  readonly language: string;
  /** Name of the session in conversation. */
  readonly session: string;
  /** The last handoff of the session that was begun here. */
  readonly number: number;
  /** Who has it, by the operator's id; absent while it waits. */
  readonly operator?: string;
  /** The bot again, until the handoff has ended. */
  readonly open?: string;
  /** The operators' group and its topic for this session: `{bot}/{chat}/{thread}`. */
  readonly topicKey?: string;
  readonly topic?: number;
}

/** At most so many sessions are looked after at a time. */
const OPEN_LIMIT = 500;

/** The sessions of one bot that people take over. */
export class Contacts {
  readonly #contacts: Collection<Contact>;
  readonly #bot: string;

  constructor(store: DocumentStore, bot: string) {
    this.#contacts = store.collection<Contact>({
      name: 'handoffs',
      indexes: [
        { name: 'open', paths: ['open'] },
        { name: 'topic', paths: ['topicKey'] },
      ],
    });
    this.#bot = bot;
  }

  of(where: Where): Promise<Contact | undefined> {
    return this.#contacts.get(this.#key(where));
  }

  /** The session whose topic this is. */
  async inTopic(chat: number, thread: number): Promise<Contact | undefined> {
    const equal = [this.#topicKey(chat, thread)];
    return (await this.#contacts.find({ index: 'topic', equal, limit: 1 })).documents[0];
  }

  /** Sessions whose handoff has not ended as far as is known here. */
  async open(): Promise<readonly Contact[]> {
    return (await this.#contacts.find({ index: 'open', equal: [this.#bot], limit: OPEN_LIMIT })).documents;
  }

  /** Notes that a handoff began. False where that was known. */
  async begin({ chat, thread, user, language }: Said, session: string, number: number): Promise<boolean> {
    const where = { chat, ...(thread === undefined ? {} : { thread }) };
    const set = { user, language, session, number, open: this.#bot };
    if ((await this.#contacts.insert({ key: this.#key(where), ...where, ...set })).ok) return true;
    const older: Condition = { number: { lt: number } };
    return (await this.#contacts.update(this.#key(where), older, { set, unset: ['operator'] })).ok;
  }

  /** Notes who has a handoff. */
  async take({ key, number }: Contact, operator: string): Promise<void> {
    await this.#contacts.update(key, { number: { eq: number } }, { set: { operator } });
  }

  /** Notes that a handoff has ended. */
  async end({ key, number }: Contact): Promise<void> {
    await this.#contacts.update(key, { number: { eq: number } }, { unset: ['open', 'operator'] });
  }

  /** Notes the topic of a session in the operators' group. */
  async setTopic({ key }: Contact, chat: number, topic: number): Promise<void> {
    await this.#contacts.update(key, {}, { set: { topic, topicKey: this.#topicKey(chat, topic) } });
  }

  #key(where: Where): string {
    return `${this.#bot}/${sessionIdOf(where)}`;
  }

  #topicKey(chat: number, thread: number): string {
    return `${this.#bot}/${chat}/${thread}`;
  }
}

/** Whether the topic of a session is in this group. */
export function hasTopicIn({ topicKey, topic }: Contact, chat: number): boolean {
  return topic !== undefined && topicKey?.endsWith(`/${chat}/${topic}`) === true;
}
