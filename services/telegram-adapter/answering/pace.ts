/** When a growing answer is shown. All times are milliseconds. */
export interface Pace {
  /** How long the first text waits for the end of its answer, which is then sent at once as the final text. */
  readonly holdMs: number;
  /** Between two edits of a message. */
  readonly editGapMs: number;
  /** Without a word for so long, the chat shows that the bot is typing. */
  readonly typingAfterMs: number;
  /** Telegram shows "typing" for 5 seconds. */
  readonly typingEveryMs: number;
}

/** Telegram slows bots down that edit a message in a private chat more often than about once a second. */
export const PRIVATE_CHAT: Pace = { holdMs: 10, editGapMs: 1_100, typingAfterMs: 150, typingEveryMs: 4_000 };

/** A group takes 20 messages and edits a minute in all. */
export const GROUP: Pace = { ...PRIVATE_CHAT, editGapMs: 3_100 };

export interface Shown {
  /** When the first text of the answer came. */
  readonly firstTextAt: number;
  /** When the message was last sent or edited; undefined before that. */
  readonly lastFrameAt: number | undefined;
  /** Until when Telegram wants silence in this chat; 0 when it does not. */
  readonly blockedUntil: number;
}

/** When the next state of the answer may be shown. */
export function nextFrameAt(shown: Shown, pace: Pace): number {
  const due = shown.lastFrameAt === undefined ? shown.firstTextAt + pace.holdMs : shown.lastFrameAt + pace.editGapMs;
  return Math.max(due, shown.blockedUntil);
}

/** How long to wait before a call is repeated for the nth time: doubling, with a ceiling. */
export function backoffMs(tries: number): number {
  return Math.min(30_000, 250 * 2 ** Math.min(tries, 10));
}
