/**
 * Citations in a model's answer. A model cites a passage by its id in brackets, `[p3]` or `[p1, p4]`; people see numbers in the
 * order of first use. Ids that were not in the prompt, and bare numbers that a model makes up, are dropped.
 */

/** What a piece of model text turns into. */
export interface Rewritten {
  readonly text: string;
  /** Ids cited for the first time in this piece, in order; the n-th cited id of an answer has number n. */
  readonly cited: readonly string[];
}

/** The longest bracket that may still be a citation: `[p123, p123, p123, p123, p123]` and some space. */
const LONGEST = 48;
const BRACKET = /^\s?[[【]\s*([a-z]?\d+(?:\s*[,;]\s*[a-z]?\d+)*)\s*[\]】]$/;

/** Rewrites the citations of one answer as it streams. Text that may be the beginning of a citation is held back. */
export class CitationRewriter {
  readonly #known: ReadonlySet<string>;
  readonly #numbers = new Map<string, number>();
  #held = '';
  /** The last character given out: `a[1]` is code, ` [1]` a made-up citation. */
  #last = '';

  constructor(known: Iterable<string>) {
    this.#known = new Set(known);
  }

  /** The next piece of the model's text. */
  push(piece: string): Rewritten {
    return this.#rewrite(this.#held + piece, false);
  }

  /** The end of the model's text. */
  end(): Rewritten {
    return this.#rewrite(this.#held, true);
  }

  #rewrite(input: string, atEnd: boolean): Rewritten {
    const cited: string[] = [];
    let text = '';
    let rest = input;
    this.#held = '';
    for (;;) {
      const open = rest.search(/ ?[[【]/);
      if (open < 0) break;
      text += this.#given(rest.slice(0, open));
      rest = rest.slice(open);
      const close = rest.search(/[\]】]/);
      if (close < 0 || (close === rest.length - 1 && !atEnd)) {
        if (!atEnd && rest.length <= LONGEST && mayBeCitation(rest)) {
          this.#held = rest;
          return { text, cited };
        }
        if (close < 0) {
          const taken = rest.startsWith(' ') ? 2 : 1;
          text += this.#given(rest.slice(0, taken));
          rest = rest.slice(taken);
          continue;
        }
      }
      const bracket = rest.slice(0, close + 1);
      const replaced = this.#replace(bracket, rest[close + 1], cited);
      const taken = replaced === undefined ? (rest.startsWith(' ') ? 2 : 1) : bracket.length;
      text += this.#given(replaced ?? rest.slice(0, taken));
      rest = rest.slice(taken);
    }
    if (!atEnd && rest.endsWith(' ')) {
      this.#held = ' ';
      rest = rest.slice(0, -1);
    }
    return { text: text + this.#given(rest), cited };
  }

  /** The text for a bracket, or undefined when it is no citation at all. */
  #replace(bracket: string, next: string | undefined, cited: string[]): string | undefined {
    const ids = BRACKET.exec(bracket)?.[1]?.split(/\s*[,;]\s*/);
    if (!ids || next === '(' || next === ':') return undefined;
    const bare = ids.every((id) => /^\d+$/.test(id));
    if (bare && !bracket.startsWith(' ') && /[\p{L}\p{N}\])]/u.test(this.#last)) return undefined;
    const numbers = ids.filter((id) => this.#known.has(id)).map((id) => this.#number(id, cited));
    if (numbers.length === 0) return '';
    return (bracket.startsWith(' ') ? ' ' : '') + [...new Set(numbers)].map((number) => `[${number}]`).join('');
  }

  #number(id: string, cited: string[]): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(id, number);
    cited.push(id);
    return number;
  }

  #given(text: string): string {
    if (text !== '') this.#last = text.at(-1) ?? '';
    return text;
  }
}

function mayBeCitation(text: string): boolean {
  return /^ ?[[【][\sa-z\d,;]*[\]】]?$/.test(text);
}
