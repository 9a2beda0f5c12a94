// Telegram's HTML: a small, strict dialect. Faults are worded as Telegram words them.
import { type Entity, type FormattedText, MarkupFault } from './entities.ts';

/** The tags of the dialect, with the entity that each makes. */
const TAGS: ReadonlyMap<string, string> = new Map([
  ['a', 'text_link'],
  ['b', 'bold'],
  ['strong', 'bold'],
  ['i', 'italic'],
  ['em', 'italic'],
  ['s', 'strikethrough'],
  ['strike', 'strikethrough'],
  ['del', 'strikethrough'],
  ['u', 'underline'],
  ['ins', 'underline'],
  ['tg-spoiler', 'spoiler'],
  ['span', 'spoiler'],
  ['tg-emoji', 'custom_emoji'],
  ['tg-time', 'date_time'],
  ['pre', 'pre'],
  ['code', 'code'],
  ['blockquote', 'blockquote'],
]);

const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
]);

interface OpenTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly offset: number;
}

/** Reads Telegram's HTML. Throws {@link MarkupFault}. */
export function parseHtml(source: string): FormattedText {
  return new HtmlReader(source).read();
}

class HtmlReader {
  readonly #source: string;
  #at = 0;
  #text = '';
  readonly #open: OpenTag[] = [];
  readonly #entities: Entity[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  read(): FormattedText {
    const source = this.#source;
    while (this.#at < source.length) {
      const next = source.slice(this.#at).search(/[<&]/);
      const stop = next === -1 ? source.length : this.#at + next;
      this.#text += source.slice(this.#at, stop);
      this.#at = stop;
      if (source[stop] === '&') this.#text += this.#reference();
      else if (source[stop] === '<') this.#tag();
    }
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) {
      throw new MarkupFault(`Can't find end tag corresponding to start tag "${unclosed.name}"`, source);
    }
    return {
      text: this.#text,
      entities: this.#entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length),
    };
  }

  /** `&lt;` and the like; anything unknown stays as it is. */
  #reference(): string {
    const match = /^&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));?/i.exec(this.#source.slice(this.#at, this.#at + 12));
    const decoded = match === null ? undefined : decode(match[1], match[2], match[3]);
    if (match === null || decoded === undefined) {
      this.#at += 1;
      return '&';
    }
    this.#at += match[0].length;
    return decoded;
  }

  #tag(): void {
    if (this.#source[this.#at + 1] === '/') this.#endTag();
    else this.#startTag();
  }

  #startTag(): void {
    const source = this.#source;
    const begin = this.#at;
    this.#at += 1;
    const name = this.#run(/[^\s>]*/y).toLowerCase();
    if (this.#at >= source.length) throw new MarkupFault('Unclosed start tag', source, begin);
    if (!TAGS.has(name)) throw new MarkupFault(`Unsupported start tag "${name}"`, source, begin);
    const attributes = this.#attributes(name, begin);
    this.#at += 1;
    if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
      throw new MarkupFault('Tag "span" must have class "tg-spoiler"', source, begin);
    }
    this.#open.push({ name, attributes, offset: this.#text.length });
  }

  #attributes(tag: string, begin: number): Map<string, string> {
    const source = this.#source;
    const attributes = new Map<string, string>();
    for (;;) {
      this.#run(/\s*/y);
      if (source[this.#at] === '>') return attributes;
      const at = this.#at;
      const name = this.#run(/[^\s=>]*/y).toLowerCase();
      if (this.#at >= source.length) throw new MarkupFault('Unclosed start tag', source, begin);
      if (name === '') throw new MarkupFault(`Empty attribute name in the tag "${tag}"`, source, at);
      this.#run(/\s*/y);
      attributes.set(name, source[this.#at] === '=' ? this.#attributeValue(begin) : '');
    }
  }

  #attributeValue(begin: number): string {
    const source = this.#source;
    this.#at += 1;
    this.#run(/\s*/y);
    const quote = source[this.#at];
    if (quote !== '"' && quote !== "'") {
      const value = this.#run(/[\w.-]*/y).toLowerCase();
      if (!/[\s>]/.test(source[this.#at] ?? ' '))
        throw new MarkupFault('Unexpected end of name token', source, this.#at);
      return value;
    }
    this.#at += 1;
    let value = '';
    while (this.#at < source.length && source[this.#at] !== quote) {
      if (source[this.#at] === '&') value += this.#reference();
      else value += source[this.#at++];
    }
    if (this.#at >= source.length) throw new MarkupFault('Unclosed start tag', source, begin);
    this.#at += 1;
    return value;
  }

  #endTag(): void {
    const source = this.#source;
    const begin = this.#at;
    const tag = this.#open.pop();
    if (tag === undefined) throw new MarkupFault('Unexpected end tag', source, begin);
    this.#at += 2;
    const name = this.#run(/[^\s>]*/y).toLowerCase();
    this.#run(/\s*/y);
    if (source[this.#at] !== '>') throw new MarkupFault('Unclosed end tag', source, begin);
    if (name !== '' && name !== tag.name) {
      throw new MarkupFault('Unmatched end tag', source, begin, `, expected "</${tag.name}>", found "</${name}>"`);
    }
    this.#at += 1;
    const length = this.#text.length - tag.offset;
    if (length > 0) this.#close(tag, length);
  }

  #close(tag: OpenTag, length: number): void {
    const covered = this.#text.slice(tag.offset);
    const last = this.#entities.at(-1);
    // <pre><code class="language-x"> makes one block with a language.
    if (tag.name === 'pre' && last?.type === 'code' && last.offset === tag.offset && last.length === length) {
      this.#entities.pop();
      this.#entities.push({ ...last, type: 'pre' });
      return;
    }
    const entity = entityOf(tag, length, covered);
    if (entity !== undefined) this.#entities.push(entity);
  }

  #run(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

function entityOf({ name, attributes, offset }: OpenTag, length: number, covered: string): Entity | undefined {
  const type = TAGS.get(name) ?? name;
  if (name === 'a') {
    const url = linkOf(attributes.get('href') || covered);
    return url === undefined ? undefined : { type, offset, length, url };
  }
  if (name === 'code') {
    const language = /^language-(.+)$/.exec(attributes.get('class') ?? '')?.[1];
    return language === undefined ? { type, offset, length } : { type, offset, length, language };
  }
  if (name === 'blockquote' && attributes.has('expandable')) return { type: 'expandable_blockquote', offset, length };
  if (name === 'tg-emoji') return { type, offset, length, custom_emoji_id: attributes.get('emoji-id') ?? '' };
  return { type, offset, length };
}

/** Telegram shows a link that it does not like as plain text, without an error. */
export function linkOf(address: string): string | undefined {
  const full = /^[a-z][a-z\d+.-]*:/i.test(address) ? address : `http://${address}`;
  if (!URL.canParse(full)) return undefined;
  const url = new URL(full);
  const named = url.hostname.includes('.') || url.hostname === 'localhost';
  if (url.protocol === 'http:' || url.protocol === 'https:') return named ? url.href : undefined;
  return ['tg:', 'ton:', 'mailto:', 'tel:'].includes(url.protocol) ? full : undefined;
}

function decode(decimal?: string, hexadecimal?: string, name?: string): string | undefined {
  if (name !== undefined) return NAMED.get(name.toLowerCase());
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined;
}
