import type { Said, Where } from '../updates/update.ts';

/** Where a new message goes. */
export interface Target extends Where {
  /** The message that it replies to, if that is still there. */
  readonly replyTo?: number;
}

/** Where an answer to what was said goes: into its topic; in a group as a reply, so that people see what it answers. */
export function targetOf({ chat, thread, place, message }: Said): Target {
  return {
    chat,
    ...(thread === undefined ? {} : { thread }),
    ...(place === 'group' ? { replyTo: message } : {}),
  };
}

/** For what follows the first message of an answer. */
export function withoutReply({ chat, thread }: Target): Target {
  return { chat, ...(thread === undefined ? {} : { thread }) };
}
