import type { InlineKeyboardMarkup } from 'node-telegram-bot-api';

/** A button below a message. */
export interface Button {
  readonly text: string;
  /** What comes back when it is pressed, 1 to 64 bytes: see `buttonData`. */
  readonly data: string;
}

/** Rows of buttons below a message. */
export type Keyboard = readonly (readonly Button[])[];

/** What a button says when it is pressed. Nothing is stored for a button: this is all that is known. */
export interface Pressed {
  readonly action: string;
  /** What it is about: for most, the id of a turn. */
  readonly argument: string;
  /** In a group: the only person who may press it, Telegram's id. */
  readonly owner?: number;
}

/** The data of a button. Throws `RangeError` when that is longer than Telegram takes. */
export function buttonData({ action, argument, owner }: Pressed): string {
  const data = owner === undefined ? `${action}:${argument}` : `${action}:${argument}:${owner}`;
  if (Buffer.byteLength(data) > 64) throw new RangeError('the data of a button is longer than 64 bytes');
  return data;
}

/** Undefined for what no button of this bot says. */
export function readButtonData(data: string): Pressed | undefined {
  const [, action, argument, owner] = /^([a-z]{1,16}):([a-z0-9.-]{1,40})(?::(\d{1,16}))?$/.exec(data) ?? [];
  if (action === undefined || argument === undefined) return undefined;
  return { action, argument, ...(owner === undefined ? {} : { owner: Number(owner) }) };
}

/** As the Bot API takes it. No buttons at all take away those that are there. */
export function markupOf(keyboard: Keyboard): InlineKeyboardMarkup {
  return {
    inline_keyboard: keyboard.map((row) => row.map(({ text, data }) => ({ text, callback_data: data }))),
  };
}

/** Whether two messages have the same buttons. */
export function sameKeyboard(one: Keyboard = [], other: Keyboard = []): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
