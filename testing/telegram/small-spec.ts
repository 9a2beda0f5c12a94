// A small part of the Bot API, for machines without the published specification: the methods that a chat bot uses.
import type { Spec, SpecField, SpecMethod, SpecType } from './spec.ts';

/** Writes a field as `name: A|B` with `!` at the end when it is required and `{1-64 bytes}` for its limits. */
function field(line: string): SpecField {
  const [, name = '', types = '', required, limits] = /^(\w+): ([^!{]+)(!)?(?: \{(.*)\})?$/.exec(line) ?? [];
  return { name, types: types.trim().split('|'), required: required === '!', description: limits ?? '' };
}

const method = (name: string, returns: string, ...fields: string[]): [string, SpecMethod] => [
  name,
  { name, returns: returns.split('|'), fields: fields.map(field) },
];

const type = (name: string, ...fields: string[]): [string, SpecType] => [name, { name, fields: fields.map(field) }];

const CHAT = 'chat_id: Integer|String!';
const THREAD = 'message_thread_id: Integer';
const TEXT = ['text: String!', 'parse_mode: String', 'entities: Array of MessageEntity'];
const SENDING = ['disable_notification: Boolean', 'protect_content: Boolean', 'reply_parameters: ReplyParameters'];
const PREVIEW = 'link_preview_options: LinkPreviewOptions';
const MARKUP = 'reply_markup: InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply';
const SCOPE = ['scope: BotCommandScope', 'language_code: String'];
const ALLOWED = 'allowed_updates: Array of String';

/** The methods that Otvet uses, with their parameters. */
export const SMALL_SPEC: Spec = {
  version: 'small table',
  methods: Object.fromEntries([
    method('getMe', 'User'),
    method('getUpdates', 'Array of Update', 'offset: Integer', 'limit: Integer', 'timeout: Integer', ALLOWED),
    method(
      'setWebhook',
      'Boolean',
      'url: String!',
      'certificate: InputFile',
      'ip_address: String',
      'max_connections: Integer',
      ALLOWED,
      'drop_pending_updates: Boolean',
      'secret_token: String {1-256 characters}',
    ),
    method('deleteWebhook', 'Boolean', 'drop_pending_updates: Boolean'),
    method('getWebhookInfo', 'WebhookInfo'),
    method('sendMessage', 'Message', CHAT, THREAD, ...TEXT, PREVIEW, ...SENDING, MARKUP),
    method(
      'editMessageText',
      'Message|Boolean',
      'chat_id: Integer|String',
      'message_id: Integer',
      'inline_message_id: String',
      'text: String',
      ...TEXT.slice(1),
      PREVIEW,
      'reply_markup: InlineKeyboardMarkup',
    ),
    method(
      'editMessageReplyMarkup',
      'Message|Boolean',
      'chat_id: Integer|String',
      'message_id: Integer',
      'reply_markup: InlineKeyboardMarkup',
    ),
    method('sendChatAction', 'Boolean', CHAT, THREAD, 'action: String!'),
    method('deleteMessage', 'Boolean', CHAT, 'message_id: Integer!'),
    method('setMyCommands', 'Boolean', 'commands: Array of BotCommand!', ...SCOPE),
    method('getMyCommands', 'Array of BotCommand', ...SCOPE),
    method('deleteMyCommands', 'Boolean', ...SCOPE),
    method(
      'answerCallbackQuery',
      'Boolean',
      'callback_query_id: String!',
      'text: String {0-200 characters}',
      'show_alert: Boolean',
      'url: String',
      'cache_time: Integer',
    ),
    method(
      'setMessageReaction',
      'Boolean',
      CHAT,
      'message_id: Integer!',
      'reaction: Array of ReactionType',
      'is_big: Boolean',
    ),
    method(
      'sendMessageDraft',
      'Boolean',
      'chat_id: Integer!',
      THREAD,
      'draft_id: Integer!',
      'text: String',
      ...TEXT.slice(1),
    ),
    method('getChat', 'ChatFullInfo', CHAT),
    method('getFile', 'File', 'file_id: String!'),
    method('sendDice', 'Message', CHAT, THREAD, 'emoji: String', ...SENDING, MARKUP),
    method(
      'sendDocument',
      'Message',
      CHAT,
      THREAD,
      'document: InputFile|String!',
      'caption: String',
      'parse_mode: String',
      'caption_entities: Array of MessageEntity',
      ...SENDING,
      MARKUP,
    ),
  ]),
  types: Object.fromEntries([
    type(
      'MessageEntity',
      'type: String!',
      'offset: Integer!',
      'length: Integer!',
      'url: String',
      'language: String',
      'custom_emoji_id: String',
    ),
    type(
      'ReplyParameters',
      'message_id: Integer!',
      'chat_id: Integer|String',
      'allow_sending_without_reply: Boolean',
      'quote: String',
    ),
    type('LinkPreviewOptions', 'is_disabled: Boolean', 'url: String'),
    type('InlineKeyboardMarkup', 'inline_keyboard: Array of Array of InlineKeyboardButton!'),
    type('InlineKeyboardButton', 'text: String!', 'url: String', 'callback_data: String'),
    type('ReplyKeyboardMarkup', 'keyboard: Array of Array of KeyboardButton!', 'resize_keyboard: Boolean'),
    type('KeyboardButton', 'text: String!'),
    type('ReplyKeyboardRemove', 'remove_keyboard: Boolean!'),
    type('ForceReply', 'force_reply: Boolean!'),
    type('BotCommand', 'command: String! {1-32 characters}', 'description: String! {1-256 characters}'),
    type('ChatFullInfo', 'id: Integer!', 'type: String!'),
    type('File', 'file_id: String!', 'file_unique_id: String!'),
    type('BotCommandScope', 'type: String!', 'chat_id: Integer|String', 'user_id: Integer'),
    type('ReactionType', 'type: String!', 'emoji: String', 'custom_emoji_id: String'),
  ]),
};
