// The people who write, and what their clients mark up by themselves.
import type { ChatState } from './chats.ts';
import type { Entity } from './entities.ts';
import type { TelegramUser } from './model.ts';

/** The person who writes in a chat; in a private chat user and chat share their id. */
export function personOf(chat: ChatState, given: Partial<TelegramUser>): TelegramUser {
  const id = given.id ?? (chat.id > 0 ? chat.id : 7_000_001);
  return { language_code: 'en', ...given, id, is_bot: false, first_name: given.first_name ?? `Person ${id}` };
}

const MARKED: readonly (readonly [string, RegExp])[] = [
  ['bot_command', /(?<![\w/])\/[a-z0-9_]{1,32}(?:@\w+)?/gi],
  ['mention', /(?<!\w)@[a-z]\w{3,31}/gi],
  ['url', /https?:\/\/[^\s]+/gi],
];

/** Commands, mentions and addresses in what a person writes, as Telegram marks them. */
export function entitiesOf(text: string): Entity[] {
  if (!/[/@]/.test(text)) return [];
  return MARKED.flatMap(([type, pattern]) =>
    [...text.matchAll(pattern)].map((match) => ({ type, offset: match.index, length: match[0].length })),
  );
}
