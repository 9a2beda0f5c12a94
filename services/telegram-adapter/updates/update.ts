/** What an update means for this bot. Reads foreign JSON: fields that are not as expected are as if absent. */

/** A chat, or one topic of it: where a session is. */
export interface Where {
  readonly chat: number;
  /** Telegram's message_thread_id of a forum topic; absent outside of topics. */
  readonly thread?: number;
}

/** Where and by whom something was said. */
export interface Said extends Where {
  readonly place: 'private' | 'group';
  readonly user: number;
  /** Telegram's message_id; orders what is said in a chat. */
  readonly message: number;
  /** When it was said, milliseconds since the epoch. */
  readonly at: number;
  /** The language of the person's Telegram, BCP 47; empty when unknown. */
  readonly language: string;
}

export type Meaning =
  | ({ readonly kind: 'question'; readonly text: string } & Said)
  | ({ readonly kind: 'command'; readonly name: string; readonly argument: string } & Said)
  /** A message without text; `album` is the same for all messages of one album, else empty. */
  | ({ readonly kind: 'unsupported'; readonly album: string } & Said)
  /** A button below a message of the bot was pressed: `message` is that one, `user` who pressed, `query` waits for an answer. */
  | ({ readonly kind: 'press'; readonly query: string; readonly data: string } & Said)
  /** A button was pressed of which is not known where it stands. */
  | { readonly kind: 'strayPress'; readonly query: string; readonly language: string }
  /** The person blocked the bot, or lets it in again. */
  | { readonly kind: 'membership'; readonly chat: number; readonly blocked: boolean }
  | { readonly kind: 'ignored' };

/** The caller's id of the session in a chat, or in one topic of it. */
export function sessionIdOf({ chat, thread }: Where): string {
  return thread === undefined ? String(chat) : `${chat}_${thread}`;
}

/** What is stored to be worked on. */
export type Work = Extract<Meaning, Said>;

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

/** Groups and channels, other bots and unknown kinds are ignored. `username` is the bot's own, without `@`. */
export function readUpdate(update: unknown, username: string): Meaning {
  const membership = field(update, 'my_chat_member');
  if (membership !== undefined) return readMembership(membership);
  const query = field(update, 'callback_query');
  if (query !== undefined) return readPress(query);
  const message = field(update, 'message');
  const said = readSaid(message);
  if (said === undefined) return IGNORED;
  const text = field(message, 'text');
  if (typeof text === 'string' && text.trim() !== '') return readText(text.toWellFormed(), said, username);
  if (!OTHER_CONTENT.some((name) => field(message, name) !== undefined)) return IGNORED;
  const album = field(message, 'media_group_id');
  return { kind: 'unsupported', album: typeof album === 'string' ? album : '', ...said };
}

/** The number by which Telegram orders updates; undefined for what is no update. */
export function updateIdOf(update: unknown): number | undefined {
  return numberOf(field(update, 'update_id'));
}

function readText(text: string, said: Said, username: string): Meaning {
  const command = /^\/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+([\s\S]*))?$/.exec(text.trim());
  if (command === null) return { kind: 'question', text, ...said };
  const [, name = '', addressee, argument = ''] = command;
  if (addressee !== undefined && addressee.toLowerCase() !== username.toLowerCase()) return IGNORED;
  return { kind: 'command', name: name.toLowerCase(), argument: argument.trim(), ...said };
}

function readSaid(message: unknown): Said | undefined {
  const chat = field(message, 'chat');
  const from = field(message, 'from');
  if (field(chat, 'type') !== 'private' || field(from, 'is_bot') === true) return undefined;
  const ids = [field(chat, 'id'), field(from, 'id'), field(message, 'message_id'), field(message, 'date')].map(
    numberOf,
  );
  const [chatId, user, messageId, date] = ids;
  if (chatId === undefined || user === undefined || messageId === undefined || date === undefined) return undefined;
  return {
    chat: chatId,
    ...threadOf(message),
    place: 'private',
    user,
    message: messageId,
    at: date * 1000,
    language: textOf(field(from, 'language_code')),
  };
}

function readPress(query: unknown): Meaning {
  const id = field(query, 'id');
  if (typeof id !== 'string') return IGNORED;
  const from = field(query, 'from');
  const language = textOf(field(from, 'language_code'));
  const message = field(query, 'message');
  const chat = field(message, 'chat');
  const place = placeOf(field(chat, 'type'));
  const [chatId, user, messageId] = [field(chat, 'id'), field(from, 'id'), field(message, 'message_id')].map(numberOf);
  const data = field(query, 'data');
  const isKnown = chatId !== undefined && user !== undefined && messageId !== undefined && place !== undefined;
  if (!isKnown || typeof data !== 'string') return { kind: 'strayPress', query: id, language };
  // Telegram does not tell when it was pressed.
  const at = (numberOf(field(message, 'date')) ?? 0) * 1000;
  return {
    kind: 'press',
    query: id,
    data,
    chat: chatId,
    ...threadOf(message),
    place,
    user,
    message: messageId,
    at,
    language,
  };
}

function placeOf(type: unknown): Said['place'] | undefined {
  if (type === 'private') return 'private';
  return type === 'group' || type === 'supergroup' ? 'group' : undefined;
}

function threadOf(message: unknown): { readonly thread?: number } {
  const thread =
    field(message, 'is_topic_message') === true ? numberOf(field(message, 'message_thread_id')) : undefined;
  return thread === undefined ? {} : { thread };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function readMembership(change: unknown): Meaning {
  const chat = field(change, 'chat');
  const id = numberOf(field(chat, 'id'));
  const status = field(field(change, 'new_chat_member'), 'status');
  if (field(chat, 'type') !== 'private' || id === undefined || typeof status !== 'string') return IGNORED;
  return { kind: 'membership', chat: id, blocked: status === 'kicked' };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}
