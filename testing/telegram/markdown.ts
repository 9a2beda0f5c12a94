// Telegram's MarkdownV2: every special character must be escaped, entities must close in order.
import { type Entity, type FormattedText, MarkupFault } from './entities.ts';
import { linkOf } from './html.ts';

const RESERVED = new Set('_*[]()~`>#+-=|{}.!');

/** Marks that open and close an entity, longest first. */
const MARKS: readonly (readonly [string, string])[] = [
  ['```', 'pre'],
  ['||', 'spoiler'],
  ['__', 'underline'],
  ['*', 'bold'],
  ['_', 'italic'],
  ['~', 'strikethrough'],
  ['`', 'code'],
];

interface Opened {
  readonly mark: string;
  readonly type: string;
  readonly offset: number;
  readonly at: number;
  readonly language?: string;
}

/** Reads MarkdownV2. Throws {@link MarkupFault}. */
export function parseMarkdownV2(source: string): FormattedText {
  const reader: Reader = { source, at: 0, text: '', open: [], entities: [] };
  while (reader.at < source.length) step(reader);
  closeQuote(reader);
  const unclosed = reader.open.at(-1);
  if (unclosed !== undefined) {
    throw new MarkupFault(`Can't find end of ${title(unclosed.type)} entity`, source, unclosed.at);
  }
  return {
    text: reader.text,
    entities: reader.entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length),
  };
}

interface Reader {
  readonly source: string;
  at: number;
  text: string;
  readonly open: Opened[];
  readonly entities: Entity[];
}

function step(reader: Reader): void {
  const { source, at } = reader;
  const character = source.charAt(at);
  const top = reader.open.at(-1);
  const verbatim = top?.type === 'pre' || top?.type === 'code';
  if (character === '\\' && isEscapable(source.charCodeAt(at + 1))) {
    reader.text += source.charAt(at + 1);
    reader.at += 2;
  } else if (verbatim) {
    if (source.startsWith(top.mark, at)) close(reader, top);
    else take(reader, character);
  } else if (top?.type === 'text_link' && character === ']') closeLink(reader, top);
  else if (character === '>' && (at === 0 || source[at - 1] === '\n')) {
    if (!reader.open.some(({ type }) => type === 'blockquote')) open(reader, '>', 'blockquote');
    else reader.at += 1;
  } else if (character === '\n') {
    if (source[at + 1] !== '>') closeQuote(reader);
    take(reader, character);
  } else if (character === '[') open(reader, '[', 'text_link');
  else mark(reader, character, top);
}

function mark(reader: Reader, character: string, top: Opened | undefined): void {
  const { source, at } = reader;
  if (top !== undefined && top.mark !== '>' && source.startsWith(top.mark, at)) {
    close(reader, top);
    return;
  }
  const found = MARKS.find(([sign]) => source.startsWith(sign, at));
  if (found !== undefined) {
    open(reader, ...found);
    return;
  }
  if (RESERVED.has(character)) {
    const problem = `Character '${character}' is reserved and must be escaped with the preceding '\\'`;
    throw new MarkupFault(problem, source);
  }
  take(reader, character);
}

function take(reader: Reader, character: string): void {
  reader.text += character;
  reader.at += 1;
}

function open(reader: Reader, sign: string, type: string): void {
  const { source, at } = reader;
  reader.at += sign.length;
  const language = type === 'pre' ? /^([^\s`\\]+)\n/.exec(source.slice(reader.at))?.[1] : undefined;
  if (language !== undefined) reader.at += language.length + 1;
  else if (type === 'pre' && source[reader.at] === '\n') reader.at += 1;
  const opened = { mark: sign, type, offset: reader.text.length, at };
  reader.open.push(language === undefined ? opened : { ...opened, language });
}

function close(reader: Reader, opened: Opened, url?: string): void {
  reader.open.pop();
  if (url === undefined) reader.at += opened.mark.length;
  const length = reader.text.length - opened.offset;
  if (length === 0) return;
  const { type, offset, language } = opened;
  const entity: Entity = { type, offset, length };
  reader.entities.push({ ...entity, ...(language === undefined ? {} : { language }), ...(url ? { url } : {}) });
}

function closeLink(reader: Reader, opened: Opened): void {
  const { source } = reader;
  const match = /^\]\(((?:\\.|[^)\\])*)\)/.exec(source.slice(reader.at));
  if (match === null && source[reader.at + 1] === '(') {
    throw new MarkupFault("Can't find end of a URL", source, reader.at + 1);
  }
  const covered = reader.text.slice(opened.offset);
  const url = linkOf((match?.[1] ?? covered).replace(/\\(.)/g, '$1'));
  reader.at += match?.[0].length ?? 1;
  if (url === undefined) reader.open.pop();
  else close(reader, opened, url);
}

function closeQuote(reader: Reader): void {
  const top = reader.open.at(-1);
  if (top?.type !== 'blockquote') return;
  const { at } = reader;
  close(reader, top);
  reader.at = at;
}

/** Any ASCII character may be escaped. */
const isEscapable = (code: number): boolean => code >= 1 && code <= 126;

const title = (type: string): string =>
  type === 'text_link' ? 'TextUrl' : type.charAt(0).toUpperCase() + type.slice(1);
