import { field, numberOf, textOf } from '../updates/fields.ts';
import type { Meaning } from '../updates/update.ts';
import { TELEGRAM } from './watch.ts';
import type { HandoffWork } from './work.ts';

/** What an update from the operators' group means. */
export interface FromOperators {
  readonly meaning: Extract<HandoffWork, { kind: 'operator' }> | Extract<Meaning, { kind: 'ignored' }>;
  /** A button was pressed that waits for an answer: its query. */
  readonly query?: string;
}

const IGNORED = { kind: 'ignored' } as const;

/** What somebody said or pressed in the operators' group; undefined for an update from elsewhere. */
export function readOperator(update: unknown, group: number | undefined): FromOperators | undefined {
  if (group === undefined) return undefined;
  const query = field(update, 'callback_query');
  const carrier = ['message', 'edited_message', 'my_chat_member', 'message_reaction', 'channel_post']
    .map((kind) => field(update, kind))
    .find((value) => value !== undefined);
  const message = query === undefined ? carrier : field(query, 'message');
  if (numberOf(field(field(message, 'chat'), 'id')) !== group) return undefined;
  if (query !== undefined) {
    const id = textOf(field(query, 'id'));
    const [, action, argument] = /^(take|end|lang):([a-z-]+)/.exec(textOf(field(query, 'data'))) ?? [];
    const words = action === undefined ? undefined : `/${action} ${argument}`;
    const meaning = words === undefined ? IGNORED : said(message, field(query, 'from'), group, words);
    return { meaning, ...(id === '' ? {} : { query: id }) };
  }
  const spoken = field(update, 'message');
  if (spoken === undefined || !hasContent(spoken)) return { meaning: IGNORED };
  return { meaning: said(spoken, speakerOf(spoken, group), group, textOf(field(spoken, 'text'))) };
}

/** Who speaks as the group itself is somebody all the same. */
function speakerOf(message: unknown, group: number): unknown {
  const chat = field(message, 'sender_chat');
  if (numberOf(field(chat, 'id')) !== group) return field(message, 'from');
  const name = textOf(field(message, 'author_signature')) || textOf(field(chat, 'title'));
  return { id: group, is_bot: false, first_name: name };
}

function said(message: unknown, from: unknown, chat: number, text: string): FromOperators['meaning'] {
  const [user, id, date] = [field(from, 'id'), field(message, 'message_id'), field(message, 'date')].map(numberOf);
  if (user === undefined || id === undefined || field(from, 'is_bot') === true) return IGNORED;
  const thread =
    field(message, 'is_topic_message') === true ? numberOf(field(message, 'message_thread_id')) : undefined;
  return {
    kind: 'operator',
    text,
    operator: `${TELEGRAM}${user}`,
    name: textOf(field(from, 'first_name')),
    chat,
    ...(thread === undefined ? {} : { thread }),
    place: 'group',
    user,
    message: id,
    at: (date ?? 0) * 1000,
    language: textOf(field(from, 'language_code')),
  };
}

/** What tells of the group itself, such as that a topic was closed, is for nobody. */
function hasContent(message: unknown): boolean {
  return CONTENT.some((name) => field(message, name) !== undefined);
}

const CONTENT = [
  'text',
  'animation',
  'audio',
  'contact',
  'dice',
  'document',
  'location',
  'photo',
  'poll',
  'sticker',
  'story',
  'venue',
  'video',
  'video_note',
  'voice',
];
