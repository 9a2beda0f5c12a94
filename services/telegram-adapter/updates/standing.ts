import type { Self } from './addressing.ts';
import { field, numberOf, textOf } from './fields.ts';
import type { Meaning } from './update.ts';

/** How the bot stands in a group. */
export interface Standing {
  /** The group's name. */
  readonly title: string;
  /** Whether it was not there before. */
  readonly isNew: boolean;
  readonly canSpeak: boolean;
  /** Whether it gets everything that is said: as an administrator, or because its privacy mode is off. */
  readonly hearsAll: boolean;
}

const INSIDE: ReadonlySet<unknown> = new Set(['creator', 'administrator', 'member', 'restricted']);

/** What a change of the bot's own membership means; undefined where that is nothing, as in a channel. */
export function readStanding(change: unknown, self: Self): Meaning | undefined {
  const chat = field(change, 'chat');
  const [type, id] = [field(chat, 'type'), numberOf(field(chat, 'id'))];
  const now = field(change, 'new_chat_member');
  const status = field(now, 'status');
  if (id === undefined || typeof status !== 'string') return undefined;
  if (type === 'private') return { kind: 'membership', chat: id, blocked: status === 'kicked' };
  if (type !== 'group' && type !== 'supergroup') return undefined;
  if (!isInside(now)) return { kind: 'membership', chat: id, blocked: true };
  const from = field(change, 'from');
  return {
    kind: 'standing',
    chat: id,
    place: 'group',
    user: numberOf(field(from, 'id')) ?? 0,
    message: 0,
    at: (numberOf(field(change, 'date')) ?? 0) * 1000,
    language: textOf(field(from, 'language_code')),
    title: textOf(field(chat, 'title')),
    isNew: !isInside(field(change, 'old_chat_member')),
    canSpeak: status !== 'restricted' || field(now, 'can_send_messages') === true,
    hearsAll: self.hearsAll || status === 'administrator' || status === 'creator',
  };
}

/** One who is restricted may have left. */
function isInside(member: unknown): boolean {
  const status = field(member, 'status');
  return INSIDE.has(status) && (status !== 'restricted' || field(member, 'is_member') !== false);
}
