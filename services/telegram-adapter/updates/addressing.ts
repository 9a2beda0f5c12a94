import { field, numberOf, textOf } from './fields.ts';

/** What a bot knows of itself, to know what is meant for it. */
export interface Self {
  /** Telegram's number of the bot. */
  readonly id: number;
  /** Without `@`. */
  readonly username: string;
  /** Words that call it in groups, in lower case. */
  readonly keywords: readonly string[];
  /** Names of its commands: in a group only these are taken without its name behind them. */
  readonly commands: ReadonlySet<string>;
  /** Whether privacy mode is off: it gets all that is said in groups. */
  readonly hearsAll: boolean;
}

/** What is said, in text or below a picture; empty where nothing is. */
export function wordsOf(message: unknown): string {
  return textOf(field(message, 'text')) || textOf(field(message, 'caption'));
}

/**
 * What a message of a group asks of the bot: its words without the mention. Undefined when it is not for the bot: it neither mentions it nor
 * replies to it, and has no keyword. Empty when somebody mentions the bot and says nothing else.
 */
export function addressedWords(message: unknown, self: Self): string | undefined {
  const words = wordsOf(message);
  const spans = mentionsOf(message, words, self);
  if (spans.length > 0) return without(words, spans);
  if (repliesTo(message, self.id)) return words;
  return self.keywords.some((keyword) => hasWord(words, keyword)) ? words : undefined;
}

/** What the message replies to says, where somebody else said it: "@bot, and you?" below a question asks that question. */
export function quotedWords(message: unknown, self: Self): string {
  const quoted = field(message, 'reply_to_message');
  return numberOf(field(field(quoted, 'from'), 'id')) === self.id ? '' : wordsOf(quoted);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the bot is named, by what Telegram marks as such; offsets are UTF-16 units, as those of strings here. */
function mentionsOf(message: unknown, words: string, self: Self): readonly Span[] {
  const marked = field(message, typeof field(message, 'text') === 'string' ? 'entities' : 'caption_entities');
  if (!Array.isArray(marked)) return [];
  return marked.flatMap((entity) => {
    const start = numberOf(field(entity, 'offset')) ?? -1;
    const end = start + (numberOf(field(entity, 'length')) ?? 0);
    if (start < 0 || end <= start || end > words.length) return [];
    const type = field(entity, 'type');
    const isNamed = type === 'mention' && words.slice(start, end).toLowerCase() === `@${self.username.toLowerCase()}`;
    const isMeant = type === 'text_mention' && numberOf(field(field(entity, 'user'), 'id')) === self.id;
    return isNamed || isMeant ? [{ start, end }] : [];
  });
}

/** In a topic that the bot made, everything "replies" to its making. */
function repliesTo(message: unknown, id: number): boolean {
  const quoted = field(message, 'reply_to_message');
  if (field(quoted, 'forum_topic_created') !== undefined) return false;
  return numberOf(field(field(quoted, 'from'), 'id')) === id;
}

/** Takes names out, and the commas and blanks that belonged to them. */
function without(words: string, spans: readonly Span[]): string {
  let left = words;
  for (const { start, end } of spans.toSorted((a, b) => b.start - a.start)) {
    const before = left.slice(0, start).replace(/[ \t]+$/, '');
    const after = left.slice(end);
    if (before.trim() === '') left = after.replace(/^[\s,:;!.–—-]+/, '');
    else if (/^\s*(?:[,.?!…]|$)/.test(after)) left = before.replace(/,$/, '') + after.replace(/^\s+/, '');
    else left = `${before} ${after.replace(/^[ \t]+/, '')}`;
  }
  return left.trim();
}

/** Whether a keyword stands there as a word of its own. */
function hasWord(words: string, keyword: string): boolean {
  const text = words.toLowerCase();
  for (let at = text.indexOf(keyword); at !== -1; at = text.indexOf(keyword, at + 1)) {
    const before = text.slice(0, at);
    const after = text.slice(at + keyword.length);
    if (!/[\p{L}\p{M}\p{N}_]$/u.test(before) && !/^[\p{L}\p{M}\p{N}_]/u.test(after)) return true;
  }
  return false;
}
