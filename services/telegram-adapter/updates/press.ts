import { field, numberOf, placeOf, textOf, threadOf } from './fields.ts';
import type { Meaning } from './update.ts';

/** What a callback query means; undefined for what is none. */
export function readPress(query: unknown): Meaning | undefined {
  const id = field(query, 'id');
  if (typeof id !== 'string') return undefined;
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
