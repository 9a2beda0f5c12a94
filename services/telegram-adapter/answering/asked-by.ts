import type { Said } from '../updates/update.ts';
import type { Asked } from './final-text.ts';

/** The question of an update, asked for the first time. */
export function askedBy(updateId: number, said: Said, text: string): Asked {
  const { chat, thread, place, user, message, at, language } = said;
  return {
    chat,
    ...(thread === undefined ? {} : { thread }),
    place,
    user,
    message,
    at,
    language,
    text,
    requestId: `tg-${updateId}`,
    anewAt: undefined,
    retry: { update: updateId, attempt: 1 },
  };
}
