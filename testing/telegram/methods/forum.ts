// Topics of forums, copies of messages, and what a chat tells of itself.

import { preciseNow } from '../../precise-now.ts';
import { current } from '../chats.ts';
import { badRequest } from '../failure.ts';
import { type Handler, integer } from '../room.ts';
import { reachable, send } from './messages.ts';

/** Handlers by method name. */
export const forumMethods: Readonly<Record<string, Handler>> = {
  createForumTopic(parameters, room) {
    const chat = reachable(parameters, room);
    if (chat.type !== 'supergroup') throw badRequest('the chat is not a forum');
    const name = String(parameters.name ?? '');
    if (name.length < 1 || [...name].length > 128) throw badRequest('TOPIC_TITLE_EMPTY');
    room.flood.take(chat.id, Date.now());
    // The message that tells of the topic is its first, and gives it its number.
    const threadId = chat.messages.size + 1;
    const version = { at: preciseNow(), text: '', entities: [], given: name, parseMode: undefined };
    room.chats.add(chat, { from: room.bot, version, threadId });
    chat.topics.set(threadId, { name, isClosed: false });
    return { message_thread_id: threadId, name, icon_color: 7322096 };
  },

  closeForumTopic(parameters, room) {
    const topic = topicOf(parameters, room);
    if (topic.isClosed) throw badRequest('TOPIC_NOT_MODIFIED');
    topic.isClosed = true;
    return true;
  },

  reopenForumTopic(parameters, room) {
    const topic = topicOf(parameters, room);
    if (!topic.isClosed) throw badRequest('TOPIC_NOT_MODIFIED');
    topic.isClosed = false;
    return true;
  },

  copyMessage(parameters, room) {
    const source = room.chats.named(parameters.from_chat_id).messages.get(integer(parameters.message_id));
    if (source === undefined || source.deletedAt !== undefined) throw badRequest('message to copy not found');
    const copy = send(parameters, room, { ...current(source), at: preciseNow() }, source.document);
    return { message_id: copy.message_id };
  },

  getChat(parameters, room) {
    const chat = reachable(parameters, room);
    return {
      ...chat.card,
      accent_color_id: 0,
      max_reaction_count: 11,
      accepted_gift_types: {
        unlimited_gifts: false,
        limited_gifts: false,
        unique_gifts: false,
        premium_subscription: false,
        gifts_from_channels: false,
      },
    };
  },
};

function topicOf(parameters: Parameters<Handler>[0], room: Parameters<Handler>[1]) {
  const topic = reachable(parameters, room).topics.get(integer(parameters.message_thread_id));
  if (topic === undefined) throw badRequest('TOPIC_ID_INVALID');
  return topic;
}
