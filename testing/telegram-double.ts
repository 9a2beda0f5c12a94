// A Telegram of one's own: the Bot API on 127.0.0.1, with its limits, errors and bad days.
import { preciseNow } from './precise-now.ts';
import type { Parameters } from './telegram/body.ts';
import { type ChatState, Chats, type Draft, shown, wire } from './telegram/chats.ts';
import type { Fault } from './telegram/faults.ts';
import { Files, type Sent } from './telegram/files.ts';
import { FloodGuard, type FloodLimits } from './telegram/flood.ts';
import { commandsKey } from './telegram/methods/bot.ts';
import { standing } from './telegram/methods/groups.ts';
import type { Call, QuestionTiming, ShownMessage, TelegramUser, Update, Version, Violation } from './telegram/model.ts';
import { entitiesOf, personOf } from './telegram/people.ts';
import type { Room } from './telegram/room.ts';
import { type HttpDouble, serveApi } from './telegram/server.ts';
import { loadSpec } from './telegram/spec.ts';
import { Switchboard } from './telegram/switchboard.ts';
import { UpdateQueue } from './telegram/updates.ts';
import { type Delivery, Webhook, type WebhookHabits } from './telegram/webhook.ts';
import { Watchers } from './waiting.ts';

export type { Fault } from './telegram/faults.ts';
export type { Sent } from './telegram/files.ts';
export { type FloodLimits, TELEGRAM_LIMITS } from './telegram/flood.ts';
export type * from './telegram/model.ts';

/** How to start a {@link TelegramDouble}. */
export interface TelegramDoubleOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly token?: string;
  /** Username of the bot, without @. */
  readonly username?: string;
  /** Hold every request to the specification; default true. Off, a request costs less. */
  readonly validate?: boolean;
  /** Keep the list of calls; default true. Off for long loads. */
  readonly keepCalls?: boolean;
  /** Whether the bot's privacy mode is off; default false. */
  readonly hearsAll?: boolean;
  /** Default off. */
  readonly floodLimits?: FloodLimits;
  /** First update_id. */
  readonly firstUpdateId?: number;
}

/** Starts a Telegram for one bot. */
export async function startTelegramDouble(options: TelegramDoubleOptions = {}): Promise<TelegramDouble> {
  const double = new TelegramDouble(options);
  await double.listen(options.port ?? 0);
  return double;
}

/** A Telegram for one bot. A test speaks for the people with it and sees what they see. */
export class TelegramDouble implements AsyncDisposable {
  readonly token: string;
  readonly bot: TelegramUser;
  readonly #room: Room;
  readonly #switchboard: Switchboard;
  readonly #watchers = new Watchers();
  #server: HttpDouble | undefined;
  #lastCallback = 0;

  constructor(options: TelegramDoubleOptions) {
    this.token = options.token ?? '1234567:AAE-double-of-telegram-for-tests_only0';
    const id = Number(this.token.split(':', 1)[0]) || 1;
    this.bot = { id, is_bot: true, first_name: 'Otvet', username: options.username ?? 'otvet_test_bot' };
    const queue = new UpdateQueue(options.firstUpdateId ?? 500_000_001);
    const webhook = new Webhook(queue, (method, parameters) => void this.#switchboard.replied(method, parameters));
    const flood = new FloodGuard();
    flood.limits = options.floodLimits;
    this.#room = {
      bot: this.bot,
      hearsAll: options.hearsAll ?? false,
      chats: new Chats(),
      files: new Files(),
      queue,
      webhook,
      flood,
      commands: new Map(),
      callbacks: new Map(),
    };
    const { validate = true, keepCalls = true } = options;
    const onChange = (): void => this.#watchers.changed();
    this.#switchboard = new Switchboard(
      { token: this.token, spec: loadSpec(), validate, keepCalls, onChange },
      this.#room,
    );
  }

  /** Base address for a client, such as `http://127.0.0.1:40001`. */
  get url(): string {
    if (this.#server === undefined) throw new Error('The double does not listen yet.');
    return this.#server.url;
  }

  /** Opens the port; {@link startTelegramDouble} has done it. */
  async listen(port: number): Promise<void> {
    this.#server = await serveApi(this.#switchboard, port);
  }

  // ---- what people do ----

  /** A person writes. Makes the chat when it is new. Gives the message's id. */
  say(chatId: number, text: string, from: Partial<TelegramUser> = {}, more: SayOptions = {}): number {
    if (text.length === 0 || text.length > 4096) throw new Error('Telegram lets nobody send such a text; see paste().');
    const chat = this.#room.chats.ensure(chatId);
    const person = personOf(chat, from);
    const at = more.date === undefined ? preciseNow() : more.date * 1000;
    const version: Version = { at, text, entities: entitiesOf(text), given: text, parseMode: undefined };
    const { replyTo, threadId } = more;
    const message = this.#room.chats.add(chat, { from: person, version, replyTo, threadId });
    const { messageId } = message;
    chat.questions.push({ chatId, messageId, text, saidAt: preciseNow(), answers: [] });
    this.#room.queue.add({ message: wire(chat, message) });
    this.#watchers.changed();
    return messageId;
  }

  /** A person changes what they wrote. */
  change(chatId: number, messageId: number, text: string): void {
    const chat = this.#room.chats.named(chatId);
    const message = chat.messages.get(messageId);
    if (message === undefined) throw new Error(`Chat ${chatId} has no message ${messageId}.`);
    message.versions.push({ at: preciseNow(), text, entities: entitiesOf(text), given: text, parseMode: undefined });
    this.#room.queue.add({ edited_message: wire(chat, message) });
    this.#watchers.changed();
  }

  /** A person sends something beside words, perhaps with a caption. Gives the message's id. */
  send(chatId: number, sent: Sent, caption = '', more: SendOptions = {}): number {
    const chat = this.#room.chats.ensure(chatId);
    const person = personOf(chat, more.from ?? {});
    const version: Version = { at: preciseNow(), text: caption, entities: [], given: caption, parseMode: undefined };
    const message = this.#room.chats.add(chat, { from: person, version, replyTo: undefined, threadId: undefined });
    const { messageId } = message;
    chat.questions.push({ chatId, messageId, text: caption, saidAt: preciseNow(), answers: [] });
    const { text: _, ...fields } = wire(chat, message);
    const album = more.album === undefined ? {} : { media_group_id: more.album };
    const words = caption === '' ? {} : { caption };
    this.#room.queue.add({ message: { ...fields, ...words, ...album, ...this.#room.files.fieldsOf(sent) } });
    this.#watchers.changed();
    return messageId;
  }

  /** A person pastes a long text: clients split it into messages of up to 4096 units. Gives their ids. */
  paste(chatId: number, text: string, from: Partial<TelegramUser> = {}): number[] {
    const ids: number[] = [];
    for (let at = 0; at < text.length; at += 4096) ids.push(this.say(chatId, text.slice(at, at + 4096), from));
    return ids;
  }

  /** A person presses an inline button. Gives the id of the callback query. */
  press(chatId: number, messageId: number, data: string, from: Partial<TelegramUser> = {}): string {
    const chat = this.#room.chats.named(chatId);
    const message = chat.messages.get(messageId);
    if (message === undefined) throw new Error(`Chat ${chatId} has no message ${messageId}.`);
    const id = String(++this.#lastCallback);
    this.#room.callbacks.set(id, undefined);
    const person = personOf(chat, from);
    this.addUpdate({
      callback_query: { id, from: person, message: wire(chat, message), chat_instance: String(chatId), data },
    });
    return id;
  }

  /** A person reacts to a message with these emoji, in place of those from before; none takes them back. */
  react(chatId: number, messageId: number, emoji: readonly string[], from: Partial<TelegramUser> = {}): void {
    const chat = this.#room.chats.named(chatId);
    const message = chat.messages.get(messageId);
    if (message === undefined) throw new Error(`Chat ${chatId} has no message ${messageId}.`);
    const typed = (all: readonly string[]) => all.map((one) => ({ type: 'emoji', emoji: one }));
    const before = message.reactions;
    message.reactions = [...emoji];
    this.addUpdate({
      message_reaction: {
        chat: chat.card,
        message_id: messageId,
        user: personOf(chat, from),
        date: Math.floor(Date.now() / 1000),
        old_reaction: typed(before),
        new_reaction: typed(emoji),
      },
    });
  }

  /** What the bot answered to a callback query; undefined while it did not. */
  callbackAnswer(id: string): Readonly<Parameters> | undefined {
    return this.#room.callbacks.get(id);
  }

  /** Any other update, without its update_id, such as `{ my_chat_member: ... }`. Undefined: the bot did not ask for it. */
  addUpdate(content: Readonly<Record<string, unknown>>): Update | undefined {
    const update = this.#room.queue.add(content);
    this.#watchers.changed();
    return update;
  }

  /** Makes a chat known to the bot without a word said. */
  addChat(chatId: number): void {
    this.#room.chats.ensure(chatId);
  }

  /** Somebody gives the bot a standing in a group: `member`, `administrator`, `left`, `kicked`, `restricted`. */
  stand(
    chatId: number,
    status: string,
    by: Partial<TelegramUser> = {},
    more: Readonly<Record<string, unknown>> = {},
  ): void {
    const chat = this.#room.chats.ensure(chatId);
    chat.blocked = status === 'left' || status === 'kicked';
    this.addUpdate(standing(chat, this.#room, personOf(chat, by), status, more));
  }

  /** Sets what getChatMember tells of a person in a group or channel. */
  member(chatId: number, userId: number, status: string): void {
    this.#room.chats.ensure(chatId).members.set(userId, status);
  }

  /** A group becomes a supergroup. `told`: whether the bot gets word of it by an update. */
  migrate(chatId: number, to: number, told = true): void {
    const chat = this.#room.chats.ensure(chatId);
    chat.movedTo = to;
    this.#room.chats.ensure(to);
    const message = { message_id: 1_000_000, date: Math.floor(Date.now() / 1000), chat: chat.card };
    if (told) this.addUpdate({ message: { ...message, from: personOf(chat, {}), migrate_to_chat_id: to } });
  }

  /** The person blocks the bot (or lets it in again): sends meet 403. */
  block(chatId: number, blocked = true): void {
    this.#room.chats.ensure(chatId).blocked = blocked;
  }

  /** Drafts to this chat fail (or work again) with TEXTDRAFT_PEER_INVALID. */
  refuseDrafts(chatId: number, refused = true): void {
    this.#room.chats.ensure(chatId).withoutDrafts = refused;
  }

  // ---- what people see ----

  /** What the chat shows now, in order. */
  messages(chatId: number): ShownMessage[] {
    const chat = this.#room.chats.find(chatId);
    if (chat === undefined) return [];
    return [...chat.messages.values()].filter(({ deletedAt }) => deletedAt === undefined).map(shown);
  }

  /** Topics of a forum, in the order in which they were made. */
  topics(chatId: number): { readonly threadId: number; readonly name: string; readonly isClosed: boolean }[] {
    const topics = this.#room.chats.find(chatId)?.topics ?? new Map<number, never>();
    return [...topics].map(([threadId, { name, isClosed }]) => ({ threadId, name, isClosed }));
  }

  /** Somebody deletes a topic with all that was said in it. */
  deleteTopic(chatId: number, threadId: number): void {
    const chat = this.#room.chats.ensure(chatId);
    chat.topics.delete(threadId);
    for (const message of chat.messages.values()) {
      if (message.threadId === threadId) message.deletedAt = preciseNow();
    }
  }

  /** What the bot shows in the chat now, in order. */
  answers(chatId: number): ShownMessage[] {
    return this.messages(chatId).filter(({ by }) => by === 'bot');
  }

  /** How many messages of the bot the chat ever showed. */
  answerCount(chatId: number): number {
    const chat = this.#room.chats.find(chatId);
    return chat === undefined ? 0 : chat.messages.size - chat.questions.length;
  }

  /** All states that a message was in, oldest first. */
  history(chatId: number, messageId: number): readonly Version[] {
    return this.#room.chats.find(chatId)?.messages.get(messageId)?.versions ?? [];
  }

  /** All drafts that the bot streamed into the chat. */
  drafts(chatId: number): readonly Draft[] {
    return this.#room.chats.find(chatId)?.drafts ?? [];
  }

  /** All chat actions, oldest first. */
  actions(chatId: number): readonly { readonly action: string; readonly at: number }[] {
    return this.#room.chats.find(chatId)?.actions ?? [];
  }

  /** How each question of a chat, or of all, fared. */
  questions(chatId?: number): readonly QuestionTiming[] {
    const chats = chatId === undefined ? [...this.#room.chats.all()] : [this.#room.chats.find(chatId)];
    return chats.filter((chat): chat is ChatState => chat !== undefined).flatMap(({ questions }) => questions);
  }

  /** The command list of a scope (default: everywhere) and language. */
  commands(language = '', scope?: object): unknown {
    return this.#room.commands.get(commandsKey(scope, language));
  }

  // ---- what happened ----

  /** Requests, oldest first; of one method when it is named. */
  calls(method?: string): readonly Call[] {
    const { calls } = this.#switchboard;
    return method === undefined ? calls : calls.filter((call) => call.method === method);
  }

  /** Requests that broke the specification, each answered with 400. */
  get violations(): readonly Violation[] {
    return this.#switchboard.violations;
  }

  /** Updates that the bot has not confirmed. */
  get pending(): readonly Update[] {
    return this.#room.queue.pending;
  }

  /** Tries to deliver updates to the webhook, oldest first. */
  get deliveries(): readonly Delivery[] {
    return this.#room.webhook.deliveries;
  }

  /** Resolves with the first value of `look` that is neither undefined nor false; what it throws counts as "not yet". */
  waitFor<T>(look: () => T | undefined | false, ms = 5000): Promise<T> {
    return this.#watchers.waitFor(
      look,
      ms,
      () => `${this.pending.length} updates pending. ${this.#switchboard.describe()}`,
    );
  }

  // ---- bad days ----

  /** The next calls of a method (or of any but getUpdates: `*`) meet these faults, in this order. */
  failNext(method: string, ...faults: readonly Fault[]): void {
    this.#switchboard.faults.add(method, faults);
  }

  /** Forgets faults that nobody met yet. */
  clearFaults(): void {
    this.#switchboard.faults.clear();
  }

  /** Sets Telegram's flood limits; undefined switches them off. */
  setFloodLimits(limits: FloodLimits | undefined): void {
    this.#room.flood.limits = limits;
  }

  /** Changes how updates come to the webhook: doubled, reordered, with a wrong secret, other waits. */
  webhookHabits(habits: Partial<WebhookHabits>): void {
    this.#room.webhook.change(habits);
  }

  /** Cuts all connections and frees the port. */
  async close(): Promise<void> {
    this.#room.webhook.close();
    this.#room.queue.close();
    await this.#server?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Details of what a person sends. */
export interface SendOptions {
  readonly from?: Partial<TelegramUser>;
  /** Messages of one album have the same. */
  readonly album?: string;
}

/** Details of what a person writes. */
export interface SayOptions {
  /** The message that it answers. */
  readonly replyTo?: number;
  /** Topic. */
  readonly threadId?: number;
  /** Seconds since the epoch; default now. */
  readonly date?: number;
}
