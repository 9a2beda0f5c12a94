import { field, numberOf, placeOf, textOf } from './fields.ts';
import type { Said } from './update.ts';

/** Somebody reacted to a message, `message`, or took a reaction back. */
export interface Reaction extends Said {
  readonly kind: 'reaction';
  /** The emoji that stand there now, and those that stood there before. */
  readonly now: readonly string[];
  readonly before: readonly string[];
}

/** Undefined for what tells nothing: of whom it is, for one, which Telegram hides of anonymous administrators. */
export function readReaction(change: unknown): Reaction | undefined {
  const chat = field(change, 'chat');
  const from = field(change, 'user');
  const place = placeOf(field(chat, 'type'));
  const fields = [field(chat, 'id'), field(from, 'id'), field(change, 'message_id'), field(change, 'date')];
  const [id, user, message, date] = fields.map(numberOf);
  if (place === undefined || field(from, 'is_bot') === true) return undefined;
  if (id === undefined || user === undefined || message === undefined || date === undefined) return undefined;
  return {
    kind: 'reaction',
    now: emojiOf(field(change, 'new_reaction')),
    before: emojiOf(field(change, 'old_reaction')),
    chat: id,
    place,
    user,
    message,
    at: date * 1000,
    language: textOf(field(from, 'language_code')),
  };
}

/** Without the mark that an emoji is to be shown as a picture, which some clients add. */
function emojiOf(reactions: unknown): readonly string[] {
  if (!Array.isArray(reactions)) return [];
  return reactions.map((one) => textOf(field(one, 'emoji')).replace('\ufe0f', '')).filter((emoji) => emoji !== '');
}
