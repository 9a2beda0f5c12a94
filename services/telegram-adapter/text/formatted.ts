/** A text with its formatting beside it, so that it can be cut anywhere and each piece is whole by itself. */

/** What Telegram's HTML puts around a stretch of text. */
export interface Tag {
  readonly open: string;
  readonly close: string;
  /** Told apart, it is worth less: a link's words, a span of code. Cut only where there is no other place. */
  readonly whole?: boolean;
  /** Lines that are shown again, above the rest, in each message that goes on with this: a table's header. */
  readonly header?: string;
}

/** A tag with the stretch that it covers, in UTF-16 units of the visible text. Marks nest and are never empty. */
export interface Mark extends Tag {
  readonly from: number;
  readonly to: number;
}

/** The end of a block that has another behind it. */
export interface Gap {
  readonly at: number;
  /** 0 between the blocks of the text itself, more inside of quotes and lists. */
  readonly depth: number;
}

export interface Formatted {
  /** The visible text; Telegram counts its length in UTF-16 units, as JavaScript does. */
  readonly plain: string;
  /** In the order in which they open, the outer first. */
  readonly marks: readonly Mark[];
  /** In order. */
  readonly gaps: readonly Gap[];
}

/** A text as Telegram takes it. */
export interface Rendered {
  /** For `parse_mode: HTML`. */
  readonly html: string;
  /** What a person sees; its length in UTF-16 units is what Telegram's limit counts. */
  readonly plain: string;
}

/** The whole of a text. */
export function render(text: Formatted): Rendered {
  return new Pieces(text).take(0, text.plain.length, '');
}

/** Takes a text apart from its beginning to its end; what is open where one piece ends is opened again in the next. */
export class Pieces {
  readonly #text: Formatted;
  #open: Mark[] = [];
  #next = 0;

  constructor(text: Formatted) {
    this.#text = text;
  }

  /** The marks that a piece which begins at `from` begins inside of. */
  openAt(from: number): readonly Mark[] {
    const { marks } = this.#text;
    for (let mark = marks[this.#next]; mark !== undefined && mark.from < from; mark = marks[++this.#next]) {
      this.#open.push(mark);
    }
    this.#open = this.#open.filter(({ to }) => to > from);
    return this.#open;
  }

  /** The piece from `from` to before `to`, with a text that stands above it. Each piece begins at or behind the end of the last. */
  take(from: number, to: number, above: string): Rendered {
    const { plain, marks } = this.#text;
    const open = [...this.openAt(from)];
    let html = open.map((mark) => mark.open).join('') + escapeHtml(above);
    let at = from;
    for (;;) {
      const next = marks[this.#next];
      const inner = open.at(-1);
      const closes = inner !== undefined && inner.to < to && (next === undefined || inner.to <= next.from);
      if (closes) {
        html += escapeHtml(plain.slice(at, inner.to)) + inner.close;
        at = inner.to;
        open.pop();
      } else if (next !== undefined && next.from < to) {
        html += escapeHtml(plain.slice(at, next.from)) + next.open;
        at = next.from;
        open.push(next);
        this.#next++;
      } else break;
    }
    html += escapeHtml(plain.slice(at, to));
    this.#open = [...open];
    for (const mark of open.toReversed()) html += mark.close;
    return { html, plain: above + plain.slice(from, to) };
  }
}

/** Escapes what means something in Telegram's HTML. */
/** A text without formatting. */
export function plainText(plain: string): Rendered {
  return { html: escapeHtml(plain), plain };
}

export function escapeHtml(text: string): string {
  return /[&<>]/.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text;
}

/** The same inside double quotes. */
export function escapeAttribute(text: string): string {
  return escapeHtml(text).replaceAll('"', '&quot;');
}
