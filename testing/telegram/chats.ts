// The chats: who is in them, what they show, what was said when.

import { preciseNow } from '../precise-now.ts';
import { badRequest } from './failure.ts';
import type { Button, QuestionTiming, ShownMessage, TelegramUser, Version } from './model.ts';

/** A message with all the states it was in. */
export interface StoredMessage {
  readonly messageId: number;
  readonly from: TelegramUser;
  readonly versions: Version[];
  readonly replyTo: number | undefined;
  readonly threadId: number | undefined;
  readonly document: { readonly name: string; readonly content: Buffer } | undefined;
  buttons: readonly (readonly Button[])[];
  markup: unknown;
  reactions: readonly string[];
  deletedAt: number | undefined;
}

/** A draft that the bot streams. */
export interface Draft {
  readonly draftId: number;
  readonly text: string;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
}

/** A chat and all that happened in it. */
export interface ChatState {
  readonly id: number;
  readonly type: 'private' | 'group' | 'supergroup';
  readonly card: Readonly<Record<string, unknown>>;
  readonly messages: Map<number, StoredMessage>;
  readonly drafts: Draft[];
  readonly actions: { readonly action: string; readonly at: number }[];
  readonly questions: QuestionTiming[];
  /** Topics of a forum, by message_thread_id. */
  readonly topics: Map<number, { readonly name: string; isClosed: boolean }>;
  /** 403 for every send while set. */
  blocked: boolean;
  /** The supergroup that the group has become; every call for the group fails then. */
  movedTo: number | undefined;
  /** Who is in it, by user id: `status` of getChatMember. */
  readonly members: Map<number, string>;
  /** Drafts fail with TEXTDRAFT_PEER_INVALID while set. */
  withoutDrafts: boolean;
}

/** What is new in a message. */
export interface NewMessage {
  readonly from: TelegramUser;
  readonly version: Version;
  readonly replyTo?: number | undefined;
  readonly threadId?: number | undefined;
  readonly document?: { readonly name: string; readonly content: Buffer };
  readonly markup?: unknown;
}

/** All chats of one bot. */
export class Chats {
  readonly #chats = new Map<number, ChatState>();
  // Private chats and groups share one sequence; each supergroup has its own, so ids repeat between chats.
  #lastMessageId = 0;

  /** The chat, made when it is not there yet. Negative ids are groups, those from -100... on supergroups. */
  ensure(id: number): ChatState {
    let chat = this.#chats.get(id);
    if (chat === undefined) {
      const type = id > 0 ? 'private' : id <= -1_000_000_000_000 ? 'supergroup' : 'group';
      const card = type === 'private' ? { id, type, first_name: `Person ${id}` } : { id, type, title: `Group ${-id}` };
      chat = {
        id,
        type,
        card,
        messages: new Map(),
        drafts: [],
        actions: [],
        questions: [],
        topics: new Map(),
        blocked: false,
        movedTo: undefined,
        members: new Map(),
        withoutDrafts: false,
      };
      this.#chats.set(id, chat);
    }
    return chat;
  }

  /** The chat that a request names. Throws what Telegram answers for a chat that the bot never met. */
  named(id: unknown): ChatState {
    const chat = this.#chats.get(Number(id));
    if (chat === undefined) throw badRequest('chat not found');
    return chat;
  }

  /** The chat when the bot met it. */
  find(id: number): ChatState | undefined {
    return this.#chats.get(id);
  }

  /** Every chat, oldest first. */
  all(): Iterable<ChatState> {
    return this.#chats.values();
  }

  /** Puts a message into a chat. */
  add(chat: ChatState, { from, version, replyTo, threadId, document, markup }: NewMessage): StoredMessage {
    const messageId = chat.type === 'supergroup' ? chat.messages.size + 1 : ++this.#lastMessageId;
    const message: StoredMessage = {
      messageId,
      from,
      versions: [version],
      replyTo,
      threadId,
      document,
      buttons: buttonsOf(markup),
      markup,
      reactions: [],
      deletedAt: undefined,
    };
    chat.messages.set(messageId, message);
    return message;
  }
}

/** The buttons of an inline keyboard. */
export function buttonsOf(markup: unknown): readonly (readonly Button[])[] {
  if (typeof markup !== 'object' || markup === null || !('inline_keyboard' in markup)) return [];
  return markup.inline_keyboard as readonly (readonly Button[])[];
}

/** The state of a message now. */
export function current(message: StoredMessage): Version {
  return message.versions[message.versions.length - 1] as Version;
}

/** A message as a test sees it. */
export function shown(message: StoredMessage): ShownMessage {
  const now = current(message);
  return {
    messageId: message.messageId,
    by: message.from.is_bot ? 'bot' : 'person',
    text: now.text,
    entities: now.entities,
    given: now.given,
    parseMode: now.parseMode,
    edits: message.versions.length - 1,
    replyTo: message.replyTo,
    threadId: message.threadId,
    buttons: message.buttons,
    document: message.document,
    reactions: message.reactions,
    sentAt: message.versions[0]?.at ?? now.at,
    changedAt: now.at,
  };
}

/** A message as the Bot API gives it. */
export function wire(chat: ChatState, message: StoredMessage): Record<string, unknown> {
  const { text, entities } = current(message);
  const body: Record<string, unknown> = {
    message_id: message.messageId,
    from: message.from,
    chat: chat.card,
    date: Math.floor((message.versions[0]?.at ?? 0) / 1000),
  };
  if (message.threadId !== undefined) {
    body.message_thread_id = message.threadId;
    if (chat.type === 'supergroup') body.is_topic_message = true;
  }
  if (message.versions.length > 1) body.edit_date = Math.floor(current(message).at / 1000);
  if (message.replyTo !== undefined) {
    const answered = chat.messages.get(message.replyTo);
    if (answered !== undefined) body.reply_to_message = wire(chat, { ...answered, replyTo: undefined });
  }
  if (message.document !== undefined) {
    const { name, content } = message.document;
    body.document = { file_id: `file-${message.messageId}`, file_unique_id: `u${message.messageId}`, file_name: name };
    Object.assign(body.document as object, { file_size: content.length });
    if (text !== '') Object.assign(body, { caption: text, caption_entities: entities });
  } else {
    body.text = text;
    if (entities.length > 0) body.entities = entities;
  }
  if (message.buttons.length > 0) body.reply_markup = { inline_keyboard: message.buttons };
  return body;
}

/** Notes that the bot's text in a chat changed: which question it answers and when. */
export function noteAnswer(chat: ChatState, message: StoredMessage): void {
  const at = preciseNow();
  const question =
    chat.questions.find(({ answers }) => answers.includes(message.messageId)) ??
    chat.questions.find(({ messageId }) => messageId === message.replyTo) ??
    chat.questions.find(({ answers }) => answers.length === 0) ??
    chat.questions.at(-1);
  if (question === undefined) return;
  if (!question.answers.includes(message.messageId)) question.answers.push(message.messageId);
  question.firstTextAt ??= at;
  question.finalTextAt = at;
}
