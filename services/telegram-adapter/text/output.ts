import { escapeAttribute, type Formatted, type Gap, type Mark, type Rendered, render, type Tag } from './formatted.ts';

export const BOLD: Tag = { open: '<b>', close: '</b>' };
export const ITALIC: Tag = { open: '<i>', close: '</i>' };
export const STRUCK: Tag = { open: '<s>', close: '</s>' };
export const CODE: Tag = { open: '<code>', close: '</code>', whole: true };
export const BLOCK: Tag = { open: '<pre>', close: '</pre>' };
export const QUOTE: Tag = { open: '<blockquote>', close: '</blockquote>' };

/** A quote of which people see the beginning, and all of it when they want to. */
export const FOLDED_QUOTE: Tag = { open: '<blockquote expandable>', close: '</blockquote>' };

/** Lines of lists within lists are indented no further than this; on a phone there would be no room for words. */
const DEEPEST_INDENT = 24;

/** Writes a text with its formatting, from its beginning to its end. */
export class Output {
  #plain = '';
  #indent = '';
  readonly #marks: Draft[] = [];
  readonly #gaps: Gap[] = [];

  /** What stands there so far. */
  get formatted(): Formatted {
    return { plain: this.#plain, marks: this.#marks, gaps: this.#gaps };
  }

  get rendered(): Rendered {
    return render(this.formatted);
  }

  get length(): number {
    return this.#plain.length;
  }

  /** Visible text, its lines indented. */
  text(value: string): void {
    const text = cleaned(value);
    this.#plain += this.#indent === '' ? text : text.replaceAll('\n', `\n${this.#indent}`);
  }

  /** Visible text, its lines as they are. */
  verbatim(value: string): void {
    this.#plain += cleaned(value);
  }

  /** What separates two blocks. */
  gap(value: string, depth: number): void {
    this.#gaps.push({ at: this.#plain.length, depth });
    this.text(value);
  }

  /** All that is written meanwhile is formatted. */
  inside(tag: Tag, write: () => void): void {
    const mark: Draft = { ...tag, from: this.#plain.length, to: this.#plain.length };
    const index = this.#marks.push(mark) - 1;
    write();
    mark.to = this.#plain.length;
    if (mark.to === mark.from) this.#marks.splice(index);
  }

  /** Lines that begin meanwhile are indented so many columns more. */
  indented(columns: number, write: () => void): void {
    const outer = this.#indent;
    this.#indent = ' '.repeat(Math.min(DEEPEST_INDENT, outer.length + columns));
    write();
    this.#indent = outer;
  }
}

type Draft = { -readonly [Key in keyof Mark]: Mark[Key] };

/** Text that opens an address. */
export function linkTo(url: string): Tag {
  return { open: `<a href="${escapeAttribute(url)}">`, close: '</a>', whole: true };
}

/**
 * The text as Telegram would store it, so that its length is known: Telegram takes nothing that is not Unicode, makes spaces of control
 * characters and leaves out the overrides of writing direction. A tab, of which it makes one space, gets the width that code needs.
 */
function cleaned(text: string): string {
  if (!DIRTY.test(text) && text.isWellFormed()) return text;
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll('\t', '    ')
    .replaceAll(CONTROL, ' ')
    .replace(/[\u202a-\u202e]/g, '');
}

const controls = String.raw`[\u0000-\u0009\u000b-\u001f]`;
const separators = String.raw`[\u2028-\u202e]`;
const DIRTY = new RegExp(`${controls}|${separators}`);
const CONTROL = new RegExp(controls, 'g');
