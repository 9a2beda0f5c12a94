import { Api, type ForceReply, type InlineKeyboardMarkup } from 'node-telegram-bot-api';
import type { Clock } from '#lib/clock.ts';
import type { TelegramMetrics } from '../metrics.ts';
import type { Rendered } from '../text/formatted.ts';
import { createTelegramHttp, type TelegramHttp } from './http.ts';
import { type Keyboard, markupOf } from './keyboard.ts';
import { type Trouble, troubleOf } from './outcome.ts';
import { type Target, withoutReply } from './target.ts';

/** What came of a call. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly trouble: Trouble };

export interface TelegramClientOptions {
  readonly token: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly metrics: TelegramMetrics;
}

const NO_PREVIEW = { is_disabled: true };

/** The Bot API as this adapter uses it. Nothing is retried here: what follows from trouble is decided by the caller. */
export class TelegramClient {
  readonly #http: TelegramHttp;
  readonly #token: string;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #metrics: TelegramMetrics;
  readonly #blockedUntil = new Map<number, number>();
  /** Groups that go on under another number. */
  readonly #moved = new Map<number, number>();

  constructor({ token, apiUrl, clock, metrics }: TelegramClientOptions) {
    this.#http = createTelegramHttp(apiUrl);
    this.#token = token;
    // Time limits are those of the connections, which cost nothing for each call.
    this.#api = new Api(token, { apiRoot: apiUrl, fetch: this.#http.fetch, maxRetries: 0, timeoutMs: 0 });
    this.#clock = clock;
    this.#metrics = metrics;
  }

  /** Until when Telegram wants silence in a chat, milliseconds since the epoch; 0 when it does not. */
  blockedUntil(chat: number): number {
    const until = this.#blockedUntil.get(chat);
    if (until === undefined) return 0;
    if (until <= this.#clock.now()) this.#blockedUntil.delete(chat);
    return until;
  }

  /** Any method that concerns no chat. */
  async call<T>(method: string, run: (api: Api) => Promise<T>): Promise<Outcome<T>> {
    return this.#outcome(method, undefined, run(this.#api));
  }

  /** Sends a new message; gives its id. */
  async send(
    target: Target,
    text: Rendered,
    plain: boolean,
    keyboard?: Keyboard | 'asksReply',
  ): Promise<Outcome<number>> {
    const { chat } = target;
    const where = place(this.#there(target));
    const asked: { reply_markup?: ForceReply | InlineKeyboardMarkup } =
      keyboard === 'asksReply' ? { reply_markup: { force_reply: true } } : below(keyboard);
    const params = { ...where, ...content(text, plain), link_preview_options: NO_PREVIEW, ...asked };
    const sent = this.#api.sendMessage(params);
    return this.#outcome(
      'sendMessage',
      chat,
      sent.then(({ message_id }) => message_id),
    );
  }

  /** Sends a copy of a message of another chat, whatever it holds; gives its id. */
  async copy(target: Target, from: number, message: number): Promise<Outcome<number>> {
    const copied = this.#api.copyMessage({ ...place(target), from_chat_id: from, message_id: message });
    return this.#outcome(
      'copyMessage',
      target.chat,
      copied.then(({ message_id }) => message_id),
    );
  }

  /** Changes a message that was sent; without a keyboard its buttons go. */
  async edit(
    chat: number,
    message: number,
    text: Rendered,
    plain: boolean,
    keyboard?: Keyboard,
  ): Promise<Outcome<unknown>> {
    const shown = { ...content(text, plain), link_preview_options: NO_PREVIEW, ...below(keyboard) };
    const params = { chat_id: this.#moved.get(chat) ?? chat, message_id: message, ...shown };
    return this.#outcome('editMessageText', chat, this.#api.editMessageText(params));
  }

  /** Changes the buttons below a message that was sent. */
  async editKeyboard(chat: number, message: number, keyboard: Keyboard): Promise<Outcome<unknown>> {
    const params = { chat_id: chat, message_id: message, reply_markup: markupOf(keyboard) };
    return this.#outcome('editMessageReplyMarkup', chat, this.#api.editMessageReplyMarkup(params));
  }

  /** Tells who pressed a button that it was seen; a text is shown to them for a moment, at most 200 characters. */
  async answerPress(query: string, text: string): Promise<Outcome<unknown>> {
    const params = { callback_query_id: query, ...(text === '' ? {} : { text: text.slice(0, 200) }) };
    return this.#outcome('answerCallbackQuery', undefined, this.#api.answerCallbackQuery(params));
  }

  /**
   * A file that somebody sent, by its file_id. `tooLarge` is said of files beyond `mostBytes`, which Telegram itself bounds to 20 MB.
   * Neither the address nor an error of it leaves this class: both hold the token.
   */
  async download(file: string, mostBytes: number, signal: AbortSignal): Promise<Outcome<Uint8Array> | 'tooLarge'> {
    const found = await this.#outcome('getFile', undefined, this.#api.getFile({ file_id: file }));
    if (!found.ok) return isTooBig(found.trouble) ? 'tooLarge' : found;
    const { file_path: path = '', file_size: size = 0 } = found.value;
    if (size > mostBytes) return 'tooLarge';
    try {
      const { status, body } = await this.#http.download(`/file/bot${this.#token}/${encodeURI(path)}`, signal);
      if (status !== 200) return { ok: false, trouble: { kind: 'undone', problem: `Telegram answers ${status}` } };
      return body.length > mostBytes ? 'tooLarge' : { ok: true, value: body };
    } catch {
      return { ok: false, trouble: { kind: 'undone', problem: 'the download broke' } };
    }
  }

  /** Shows that the bot is typing, for 5 seconds. */
  async typing(target: Target): Promise<Outcome<unknown>> {
    const params = { ...place(this.#there(withoutReply(target))), action: 'typing' };
    return this.#outcome('sendChatAction', target.chat, this.#api.sendChatAction(params));
  }

  /** Cuts what is under way. */
  close(): void {
    this.#http.close();
  }

  /** In a group that has moved, messages have other numbers. */
  #there(target: Target): Target {
    const to = this.#moved.get(target.chat);
    return to === undefined ? target : { chat: to };
  }

  async #outcome<T>(method: string, chat: number | undefined, result: Promise<T>): Promise<Outcome<T>> {
    try {
      return { ok: true, value: await result };
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.kind === 'flood') {
        this.#metrics.floods.inc({ method });
        if (chat !== undefined) this.#blockedUntil.set(chat, this.#clock.now() + trouble.retryAfterMs);
      }
      if (trouble.kind === 'moved' && chat !== undefined) this.#moved.set(chat, trouble.to);
      return { ok: false, trouble };
    }
  }
}

function isTooBig(trouble: Trouble): boolean {
  return trouble.kind === 'refused' && /file is too big/i.test(trouble.problem);
}

/** A message that is gone by now must not keep its answer away. */
function place({ chat, thread, replyTo }: Target): {
  chat_id: number;
  message_thread_id?: number;
  reply_parameters?: object;
} {
  return {
    chat_id: chat,
    ...(thread === undefined ? {} : { message_thread_id: thread }),
    ...(replyTo === undefined ? {} : { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } }),
  };
}

/** HTML only where there is markup or something escaped: plain text cannot be refused for its form. */
function content(text: Rendered, plain: boolean): { text: string; parse_mode?: 'HTML' } {
  return plain || text.html === text.plain ? { text: text.plain } : { text: text.html, parse_mode: 'HTML' };
}

function below(keyboard: Keyboard | undefined): { reply_markup?: InlineKeyboardMarkup } {
  return keyboard === undefined ? {} : { reply_markup: markupOf(keyboard) };
}
