import { directed, isolateForeign } from './direction.ts';
import { directionOf, type Tongue } from './tongues.ts';

/**
 * Messages are a part of ICU MessageFormat: `{name}` stands for a value, `{count, plural, one {# day} other {# days}}` is said by number, by the
 * categories of the language or exactly (`=0 {...}`), with `#` for the number. Nothing is quoted: braces stand for nothing else.
 */
type Part = string | { readonly argument: string; readonly plural?: ReadonlyMap<string, readonly Part[]> };

type ArgumentIn<Inner extends string> = Inner extends `${infer Name}, plural,${string}`
  ? { readonly [N in Name]: number }
  : Inner extends `${string}${' ' | '#'}${string}` | ''
    ? unknown
    : { readonly [N in Inner]: string };

/** The values that a message needs, by the names in it: numbers for plurals, texts else. */
export type ValuesOf<Message extends string> = Message extends `${string}{${infer Inner}}${infer Rest}`
  ? ArgumentIn<Inner> & ValuesOf<Rest>
  : unknown;

/** What stands behind a message's key: nothing where the message needs no values. */
export type Given<Message extends string> =
  unknown extends ValuesOf<Message> ? [] : [values: ValuesOf<Message> & Values];

type Values = Readonly<Record<string, string | number>>;

/** A message as it is said: values in their places, what is written the other way isolated. Throws for one that is malformed. */
export function formatMessage(tongue: Tongue, message: string, values: Values = {}): string {
  const direction = directionOf(tongue);
  if (direction === 'ltr' && !message.includes('{')) return message;
  return directed(say(parseMessage(message), { tongue, values, number: undefined }), direction);
}

interface Saying {
  readonly tongue: Tongue;
  readonly values: Values;
  /** The number that `#` stands for. */
  readonly number: number | undefined;
}

function say(parts: readonly Part[], saying: Saying): string {
  return parts.map((part) => sayPart(part, saying)).join('');
}

function sayPart(part: Part, { tongue, values, number }: Saying): string {
  if (typeof part === 'string') {
    return number === undefined ? part : part.replaceAll('#', new Intl.NumberFormat(tongue).format(number));
  }
  const value = values[part.argument] ?? '';
  if (part.plural === undefined) return isolateForeign(String(value), directionOf(tongue));
  const category = new Intl.PluralRules(tongue).select(Number(value));
  const chosen = part.plural.get(`=${value}`) ?? part.plural.get(category) ?? part.plural.get('other') ?? [];
  return say(chosen, { tongue, values, number: Number(value) });
}

/** The parts of a message. Throws `SyntaxError` for one that is malformed. */
export function parseMessage(message: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < message.length) {
    const open = message.indexOf('{', at);
    const literal = message.slice(at, open < 0 ? message.length : open);
    if (literal.includes('}')) throw new SyntaxError('a brace is closed that none opened');
    if (literal !== '') parts.push(literal);
    if (open < 0) break;
    const close = closing(message, open);
    parts.push(parseArgument(message.slice(open + 1, close)));
    at = close + 1;
  }
  return parts;
}

function parseArgument(inner: string): Part {
  if (/^\w+$/.test(inner)) return { argument: inner };
  const [head = '', argument = ''] = /^(\w+), plural,\s*/.exec(inner) ?? [];
  if (argument === '') throw new SyntaxError('neither a name nor a plural stands in braces');
  const plural = new Map<string, readonly Part[]>();
  for (let at = head.length; at < inner.length; ) {
    const open = inner.indexOf('{', at);
    const close = open < 0 ? inner.length : closing(inner, open);
    plural.set(inner.slice(at, open).trim(), parseMessage(inner.slice(open + 1, close)));
    at = close + 1;
  }
  if (!plural.has('other')) throw new SyntaxError('a plural lacks "other"');
  return { argument, plural };
}

function closing(message: string, open: number): number {
  let depth = 0;
  for (let at = open; at < message.length; at++) {
    if (message[at] === '{') depth++;
    else if (message[at] === '}' && --depth === 0) return at;
  }
  throw new SyntaxError('a brace is not closed');
}
