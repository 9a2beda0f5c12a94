// Sending, editing and deleting messages; drafts, actions, reactions, answers to buttons.

import { preciseNow } from '../../precise-now.ts';
import { isFile, type Parameters } from '../body.ts';
import { buttonsOf, type ChatState, current, noteAnswer, type StoredMessage, wire } from '../chats.ts';
import { ApiFailure, badRequest, upgraded } from '../failure.ts';
import type { Version } from '../model.ts';
import { type Handler, integer, nested, type Room } from '../room.ts';
import { readText, type TextRule } from './text.ts';

const MESSAGE: TextRule = {
  text: 'text',
  entities: 'entities',
  least: 1,
  most: 4096,
  tooLong: 'message is too long',
};
const EDIT: TextRule = { ...MESSAGE, tooLong: 'MESSAGE_TOO_LONG' };
const DRAFT: TextRule = { ...MESSAGE, least: 0 };
const CAPTION: TextRule = {
  text: 'caption',
  entities: 'caption_entities',
  least: 0,
  most: 1024,
  tooLong: 'message caption is too long',
};

const ACTIONS: ReadonlySet<string> = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]);

/** Handlers by method name. */
export const messageMethods: Readonly<Record<string, Handler>> = {
  sendMessage(parameters, room) {
    return send(parameters, room, readText(parameters, MESSAGE));
  },

  sendDocument(parameters, room) {
    const { document } = parameters;
    const version = readText(parameters, CAPTION);
    const file = isFile(document) ? document : { name: String(document), content: Buffer.alloc(0) };
    return send(parameters, room, version, { name: file.name, content: file.content });
  },

  editMessageText(parameters, room) {
    const version = readText(parameters, EDIT);
    const { chat, message } = editable(parameters, room);
    const markup = nested(parameters.reply_markup);
    checkMarkup(markup);
    if (sameContent(message, version, markup)) throw notModified();
    room.flood.take(chat.id, Date.now());
    message.versions.push(version);
    setMarkup(message, markup);
    noteAnswer(chat, message);
    return wire(chat, message);
  },

  editMessageReplyMarkup(parameters, room) {
    const { chat, message } = editable(parameters, room);
    const markup = nested(parameters.reply_markup);
    checkMarkup(markup);
    if (JSON.stringify(buttonsOf(markup)) === JSON.stringify(message.buttons)) throw notModified();
    room.flood.take(chat.id, Date.now());
    setMarkup(message, markup);
    return wire(chat, message);
  },

  deleteMessage(parameters, room) {
    const chat = reachable(parameters, room);
    const message = chat.messages.get(integer(parameters.message_id));
    if (message === undefined || message.deletedAt !== undefined) throw badRequest('message to delete not found');
    if (!message.from.is_bot && chat.type !== 'private') throw badRequest("message can't be deleted");
    message.deletedAt = preciseNow();
    return true;
  },

  deleteMessages(parameters, room) {
    const chat = reachable(parameters, room);
    const ids = (nested(parameters.message_ids) ?? []) as readonly number[];
    if (ids.length > 100) throw badRequest('too many messages to delete');
    // What cannot be found is passed over.
    for (const id of ids) {
      const message = chat.messages.get(Number(id));
      if (message?.from.is_bot && message.deletedAt === undefined) message.deletedAt = preciseNow();
    }
    return true;
  },

  sendChatAction(parameters, room) {
    const chat = reachable(parameters, room);
    const action = String(parameters.action);
    if (!ACTIONS.has(action)) throw badRequest('wrong parameter action in request');
    chat.actions.push({ action, at: preciseNow() });
    return true;
  },

  sendMessageDraft(parameters, room) {
    const { text, at } = readText(parameters, DRAFT);
    const chat = reachable(parameters, room);
    if (chat.type !== 'private' || chat.withoutDrafts) throw badRequest('TEXTDRAFT_PEER_INVALID');
    const draftId = integer(parameters.draft_id);
    if (draftId === 0) throw badRequest('RANDOM_ID_INVALID');
    chat.drafts.push({ draftId, text, at });
    return true;
  },

  setMessageReaction(parameters, room) {
    const chat = reachable(parameters, room);
    const message = chat.messages.get(integer(parameters.message_id));
    if (message === undefined || message.deletedAt !== undefined) throw badRequest('message to react not found');
    const reactions = (nested(parameters.reaction) ?? []) as readonly { readonly emoji?: string }[];
    if (reactions.length > 1) throw badRequest('REACTIONS_TOO_MANY');
    message.reactions = reactions.map(({ emoji }) => emoji ?? '');
    return true;
  },

  answerCallbackQuery(parameters, room) {
    const id = String(parameters.callback_query_id);
    if (!room.callbacks.has(id)) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    room.callbacks.set(id, parameters);
    return true;
  },
};

/** Puts a new message of the bot into its chat; also for methods that the double does not know closer. */
export function send(
  parameters: Parameters,
  room: Room,
  version: Version,
  document?: { readonly name: string; readonly content: Buffer },
): Record<string, unknown> {
  const chat = reachable(parameters, room);
  const markup = nested(parameters.reply_markup);
  checkMarkup(markup);
  const replyTo = answeredMessage(parameters, chat);
  checkThread(parameters, chat);
  room.flood.take(chat.id, Date.now());
  const threadId = parameters.message_thread_id === undefined ? undefined : integer(parameters.message_thread_id);
  const message = room.chats.add(chat, {
    from: room.bot,
    version,
    replyTo,
    threadId,
    markup,
    ...(document === undefined ? {} : { document }),
  });
  noteAnswer(chat, message);
  return wire(chat, message);
}

/** The chat of a request, when the bot may write there. */
export function reachable(parameters: Parameters, room: Room): ChatState {
  if (parameters.chat_id === undefined || parameters.chat_id === '') throw badRequest('chat_id is empty');
  const chat = room.chats.named(parameters.chat_id);
  if (chat.movedTo !== undefined) throw upgraded(chat.movedTo);
  if (!chat.blocked) return chat;
  const why = chat.type === 'private' ? 'bot was blocked by the user' : `bot was kicked from the ${chat.type} chat`;
  throw new ApiFailure(403, `Forbidden: ${why}`);
}

function editable(parameters: Parameters, room: Room): { chat: ChatState; message: StoredMessage } {
  const chat = reachable(parameters, room);
  if (parameters.message_id === undefined) throw badRequest('message identifier is not specified');
  const message = chat.messages.get(integer(parameters.message_id));
  if (message === undefined || message.deletedAt !== undefined) throw badRequest('message to edit not found');
  if (message.from.id !== room.bot.id) throw badRequest("message can't be edited");
  return { chat, message };
}

function answeredMessage(parameters: Parameters, chat: ChatState): number | undefined {
  const reply = nested(parameters.reply_parameters) as
    | { readonly message_id: number; readonly allow_sending_without_reply?: boolean }
    | undefined;
  if (reply === undefined) return undefined;
  const target = chat.messages.get(Number(reply.message_id));
  if (target !== undefined && target.deletedAt === undefined) return target.messageId;
  if (reply.allow_sending_without_reply === true) return undefined;
  throw badRequest('message to be replied not found');
}

/** A supergroup knows the topics in which something was said. */
function checkThread(parameters: Parameters, chat: ChatState): void {
  if (parameters.message_thread_id === undefined || chat.type !== 'supergroup') return;
  const threadId = integer(parameters.message_thread_id);
  const known = chat.messages
    .values()
    .some((message) => message.threadId === threadId && message.deletedAt === undefined);
  if (!known) throw badRequest('message thread not found');
}

function checkMarkup(markup: unknown): void {
  for (const button of buttonsOf(markup).flat()) {
    if (button.text === '') throw badRequest("can't parse inline keyboard button: text must be non-empty");
    const { callback_data: data } = button;
    if (data === undefined && Object.keys(button).length < 2) {
      throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
    }
    if (data === undefined) continue;
    const size = Buffer.byteLength(data);
    if (size < 1 || size > 64) throw badRequest('BUTTON_DATA_INVALID');
  }
}

function setMarkup(message: StoredMessage, markup: unknown): void {
  message.markup = markup;
  message.buttons = buttonsOf(markup);
}

function sameContent(message: StoredMessage, version: Version, markup: unknown): boolean {
  const now = current(message);
  if (now.text !== version.text) return false;
  return (
    JSON.stringify(now.entities) === JSON.stringify(version.entities) &&
    JSON.stringify(message.buttons) === JSON.stringify(buttonsOf(markup))
  );
}

const notModified = (): ApiFailure =>
  badRequest(
    'message is not modified: specified new message content and reply markup are exactly the same as ' +
      'a current content and reply markup of the message',
  );
