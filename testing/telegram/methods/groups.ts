// Groups and channels: who is in them.

import type { ChatState } from '../chats.ts';
import { badRequest } from '../failure.ts';
import type { TelegramUser } from '../model.ts';
import { type Handler, integer, type Room } from '../room.ts';
import { reachable } from './messages.ts';

/** Handlers by method name. */
export const groupMethods: Readonly<Record<string, Handler>> = {
  leaveChat(parameters, room) {
    const chat = reachable(parameters, room);
    if (chat.type === 'private') throw badRequest("can't leave private chats");
    room.queue.add(standing(chat, room, room.bot, 'left'));
    chat.blocked = true;
    return true;
  },

  getChatMember(parameters, room) {
    const chat = reachable(parameters, room);
    const id = integer(parameters.user_id);
    const status = chat.members.get(id) ?? 'left';
    if (status === 'unlisted') throw badRequest('member list is inaccessible');
    return { status, user: { id, is_bot: false, first_name: `Person ${id}` } };
  },
};

/** The `my_chat_member` update for a new standing of the bot in a chat. */
export function standing(
  chat: ChatState,
  room: Room,
  by: TelegramUser,
  status: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const before = chat.members.get(room.bot.id) ?? 'left';
  chat.members.set(room.bot.id, status);
  const member = (as: string) => ({ status: as, user: room.bot });
  return {
    my_chat_member: {
      chat: chat.card,
      from: by,
      date: Math.floor(Date.now() / 1000),
      old_chat_member: member(before),
      new_chat_member: { ...member(status), ...more },
    },
  };
}
