import type { HandoffWork } from '../handoff/work.ts';

/** What an update means for this bot. Reads foreign JSON: fields that are not as expected are as if absent. */

import { addressedWords, quotedWords, type Self, wordsOf } from './addressing.ts';
import { field, numberOf, placeOf, textOf, threadOf } from './fields.ts';
import { fileNameOf, type Media, readMedia } from './media.ts';
import { readPress } from './press.ts';
import { type Reaction, readReaction } from './reaction.ts';
import { readStanding, type Standing } from './standing.ts';

/** A chat, or one topic of it: where a session is. */
export interface Where {
  readonly chat: number;
  /** Telegram's message_thread_id of a forum topic; absent outside of topics. */
  readonly thread?: number;
}

/** Where and by whom something was said. */
export interface Said extends Where {
  readonly place: 'private' | 'group';
  /** Who said it; for an anonymous administrator and for a channel the chat in whose name it is said. */
  readonly user: number;
  /** Telegram's message_id; orders what is said in a chat. 0 where it was no message. */
  readonly message: number;
  /** When it was said, milliseconds since the epoch. */
  readonly at: number;
  /** The language of the person's Telegram, BCP 47; empty when unknown. */
  readonly language: string;
  /** The message of a bot that it replies to. */
  readonly repliesTo?: number;
}

export type Meaning =
  | ({ readonly kind: 'question'; readonly text: string } & Said)
  | ({ readonly kind: 'command'; readonly name: string; readonly argument: string } & Said)
  /** A recording, pictures or a file; `text` is the caption, or what was heard once that is known. */
  | ({
      readonly kind: 'media';
      readonly text: string;
      readonly media: readonly Media[];
      readonly album: string;
      readonly fileName: string;
    } & Said)
  /** The words of a question were changed: `message` is that question, `at` when it was asked. */
  | ({ readonly kind: 'edit'; readonly text: string } & Said)
  /** A message without text; `album` is the same for all messages of one album, else empty. */
  | ({ readonly kind: 'unsupported'; readonly album: string } & Said)
  /** A button below a message of the bot was pressed: `message` is that one, `user` who pressed, `query` waits for an answer. */
  | ({ readonly kind: 'press'; readonly query: string; readonly data: string } & Said)
  | Reaction
  /** A button was pressed of which is not known where it stands. */
  | { readonly kind: 'strayPress'; readonly query: string; readonly language: string }
  /** The bot was put into a group, or what it may do there has changed. */
  | ({ readonly kind: 'standing' } & Standing & Said)
  /** A person says more at once than is taken in. */
  | ({ readonly kind: 'flood' } & Said)
  /** Somebody wants something of the bot in a group that is not open to it. */
  | ({ readonly kind: 'knock'; readonly title: string } & Said)
  /** The person blocked the bot, or lets it in again; or the bot is in a group no more. */
  | { readonly kind: 'membership'; readonly chat: number; readonly blocked: boolean }
  /** A group has become a supergroup, under another number. */
  | { readonly kind: 'moved'; readonly chat: number; readonly to: number }
  | { readonly kind: 'ignored' };

/** The caller's id of the session in a chat, or in one topic of it. */
export function sessionIdOf({ chat, thread }: Where): string {
  return thread === undefined ? String(chat) : `${chat}_${thread}`;
}

/** Whether an earlier question is to be asked anew. */
export function asksAnew(work: Work): boolean {
  if (work.kind === 'press') return work.data.startsWith('retry:');
  return work.kind === 'command' && work.name === 'retry';
}

/** What is stored to be worked on. */
export type Work = Extract<Meaning, Said> | HandoffWork;

const IGNORED: Meaning = { kind: 'ignored' };

/** Content of a message that a person sends on purpose, and that is not text. */
const OTHER_CONTENT = [
  'animation',
  'audio',
  'checklist',
  'contact',
  'dice',
  'document',
  'game',
  'location',
  'paid_media',
  'photo',
  'poll',
  'sticker',
  'story',
  'video',
  'video_note',
  'voice',
];

/** In a group only what is meant for the bot is read. Posts of channels, other bots and unknown kinds are ignored. */
export function readUpdate(update: unknown, self: Self): Meaning {
  const change = field(update, 'my_chat_member');
  if (change !== undefined) return readStanding(change, self) ?? IGNORED;
  const query = field(update, 'callback_query');
  if (query !== undefined) return readPress(query) ?? IGNORED;
  const reaction = field(update, 'message_reaction');
  if (reaction !== undefined) return readReaction(reaction) ?? IGNORED;
  const edited = field(update, 'edited_message');
  if (edited !== undefined) return readEdit(edited, self);
  const message = field(update, 'message');
  const moved = readMove(message);
  if (moved !== undefined) return moved;
  return readMessage(message, self);
}

function readMessage(message: unknown, self: Self): Meaning {
  const said = readSaid(message, self);
  if (said === undefined) return IGNORED;
  return said.place === 'private' ? readPrivate(message, said, self) : readInGroup(message, said, self);
}

/** Only questions are answered again. */
function readEdit(message: unknown, self: Self): Meaning {
  const meaning = readMessage(message, self);
  return meaning.kind === 'question' ? { ...meaning, kind: 'edit' } : IGNORED;
}

/** The number by which Telegram orders updates; undefined for what is no update. */
export function updateIdOf(update: unknown): number | undefined {
  return numberOf(field(update, 'update_id'));
}

function readPrivate(message: unknown, said: Said, self: Self): Meaning {
  const text = textOf(field(message, 'text'));
  if (text.trim() !== '') return readCommand(text, '', said, self) ?? { kind: 'question', text, ...said };
  return readOther(message, textOf(field(message, 'caption')), said);
}

function readInGroup(message: unknown, said: Said, self: Self): Meaning {
  const quoted = quotedWords(message, self);
  const text = textOf(field(message, 'text'));
  const command = text === '' ? undefined : readCommand(text, quoted, said, self);
  if (command !== undefined) return command;
  const words = askedBelow(message, self) ?? addressedWords(message, self);
  if (words === undefined) return IGNORED;
  // A sticker in reply to an answer is no question; a recording is.
  const isSilent = wordsOf(message) === '' && readMedia(message) === undefined;
  if (text === '') return isSilent ? IGNORED : readOther(message, words, said);
  const question = words === '' ? quoted : words;
  return question.trim() === ''
    ? { kind: 'command', name: 'ask', argument: '', ...said }
    : { kind: 'question', text: question, ...said };
}

/** What /ask below a picture asks. */
function askedBelow(message: unknown, self: Self): string | undefined {
  const [whole, addressee] = /^\/ask(?:@([A-Za-z0-9_]+))?(?:\s+|$)/i.exec(textOf(field(message, 'caption'))) ?? [];
  if (whole === undefined || (addressee ?? self.username).toLowerCase() !== self.username.toLowerCase())
    return undefined;
  return textOf(field(message, 'caption')).slice(whole.length);
}

/** A command; undefined for what is none. `quoted` is what it replies to, which /ask alone asks. */
function readCommand(text: string, quoted: string, said: Said, self: Self): Meaning | undefined {
  const command = /^\/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+([\s\S]*))?$/.exec(text.trim());
  if (command === null) return undefined;
  const [, given = '', addressee, rest = ''] = command;
  const [name, argument] = [given.toLowerCase(), rest.trim()];
  if (addressee !== undefined && addressee.toLowerCase() !== self.username.toLowerCase()) return IGNORED;
  if (said.place === 'group' && addressee === undefined && !self.commands.has(name)) return IGNORED;
  const question = argument === '' ? quoted : argument;
  if (name === 'ask' && question.trim() !== '') return { kind: 'question', text: question, ...said };
  return { kind: 'command', name, argument, ...said };
}

/** What is no text; `caption` are the words that came with it. */
function readOther(message: unknown, caption: string, said: Said): Meaning {
  const media = readMedia(message);
  const album = textOf(field(message, 'media_group_id'));
  if (media !== undefined)
    return { kind: 'media', text: caption.trim(), media: [media], album, fileName: fileNameOf(message), ...said };
  if (!OTHER_CONTENT.some((name) => field(message, name) !== undefined)) return IGNORED;
  return { kind: 'unsupported', album, ...said };
}

/** Of the two messages that tell of a move, the one in the old group counts. */
function readMove(message: unknown): Meaning | undefined {
  const to = numberOf(field(message, 'migrate_to_chat_id'));
  const chat = numberOf(field(field(message, 'chat'), 'id'));
  return to === undefined || chat === undefined ? undefined : { kind: 'moved', chat, to };
}

function readSaid(message: unknown, self: Self): Said | undefined {
  const chat = field(message, 'chat');
  const place = placeOf(field(chat, 'type'));
  const user = place === undefined ? undefined : speakerOf(message, place, self);
  const ids = [field(chat, 'id'), field(message, 'message_id'), field(message, 'date')].map(numberOf);
  const [chatId, messageId, date] = ids;
  if (place === undefined || user === undefined) return undefined;
  if (chatId === undefined || messageId === undefined || date === undefined) return undefined;
  return {
    chat: chatId,
    ...threadOf(message),
    place,
    user,
    message: messageId,
    at: date * 1000,
    language: textOf(field(field(message, 'from'), 'language_code')),
    ...repliedBy(message),
  };
}

/**
 * Who speaks. Anonymous administrators and channels speak through bots of Telegram's own, in the name of a chat. Undefined for other bots, for
 * what the bot itself said through somebody, and for a post that Telegram passes on from the channel of a group.
 */
function speakerOf(message: unknown, place: Said['place'], self: Self): number | undefined {
  if (field(message, 'is_automatic_forward') === true) return undefined;
  if (numberOf(field(field(message, 'via_bot'), 'id')) === self.id) return undefined;
  const behalf = numberOf(field(field(message, 'sender_chat'), 'id'));
  if (place === 'group' && behalf !== undefined) return behalf;
  const from = field(message, 'from');
  return field(from, 'is_bot') === true ? undefined : numberOf(field(from, 'id'));
}

function repliedBy(message: unknown): { readonly repliesTo?: number } {
  const replied = field(message, 'reply_to_message');
  // In a topic that a bot made, everything "replies" to its making.
  const isOfBot =
    field(field(replied, 'from'), 'is_bot') === true && field(replied, 'forum_topic_created') === undefined;
  const id = isOfBot ? numberOf(field(replied, 'message_id')) : undefined;
  return id === undefined ? {} : { repliesTo: id };
}
