import type { PhrasingContent } from 'mdast';

/**
 * Reads the formatting within a paragraph that models commonly write: `**bold**`, `*italic*`, `` `code` ``, `[words](address)`. Undefined
 * for anything whose reading needs more of CommonMark than this knows.
 */
export function readCommonPhrases(text: string): PhrasingContent[] | undefined {
  if (!SPECIAL.test(text)) return text === '' ? [] : [{ type: 'text', value: text }];
  return STRANGE.test(text) ? undefined : new Reader(text).read();
}

const SPECIAL = /[\\`*_~<&[\]]/;
/** Escapes, HTML, references to characters, strikethrough, pictures, long runs of marks. */
const STRANGE = /[\\<~]|&(?:#|\w+;)|!\[|`{2}|\*{3}|^\s|\s$/;
/** A run of asterisks, a code span, a link, and marks that may stand for nothing or for more. */
const TOKEN = /(\*+)|`([^`]+)`|\[([^[\]`*_]+)\]\(([^\s()]+)\)|_+|`|\]\(/g;

interface Level {
  readonly marks: string;
  readonly children: PhrasingContent[];
}

class Reader {
  readonly #text: string;
  readonly #levels: Level[] = [{ marks: '', children: [] }];

  constructor(text: string) {
    this.#text = text;
  }

  read(): PhrasingContent[] | undefined {
    let at = 0;
    for (const match of this.#text.matchAll(TOKEN)) {
      const [whole, stars, code, words, url] = match;
      const end = match.index + whole.length;
      if (stars !== undefined) {
        const turn = this.#turnAt(match.index, end);
        if (turn === 'unclear') return undefined;
        if (turn === 'none') continue;
        this.#write(at, match.index);
        if (turn === 'opens') this.#levels.push({ marks: stars, children: [] });
        else if (!this.#close(stars)) return undefined;
      } else if (code !== undefined) {
        if (/^\s|\s$/.test(code)) return undefined;
        this.#write(at, match.index);
        this.#add({ type: 'inlineCode', value: code.replaceAll('\n', ' ') });
      } else if (words !== undefined && url !== undefined) {
        this.#write(at, match.index);
        this.#add({ type: 'link', url, children: [{ type: 'text', value: words }] });
      } else if (whole.startsWith('_') && this.#isInWord(match.index, end)) continue;
      else return undefined;
      at = end;
    }
    this.#write(at, this.#text.length);
    return this.#levels.length === 1 ? this.#levels[0]?.children : undefined;
  }

  #add(node: PhrasingContent): void {
    this.#levels.at(-1)?.children.push(node);
  }

  #write(from: number, to: number): void {
    if (to > from) this.#add({ type: 'text', value: this.#text.slice(from, to) });
  }

  /** Closes the innermost emphasis; false when its marks are others. */
  #close(stars: string): boolean {
    const level = this.#levels.pop();
    if (level?.marks !== stars) return false;
    this.#add({ type: stars === '*' ? 'emphasis' : 'strong', children: level.children });
    return true;
  }

  /** What CommonMark lets a run of asterisks do, by what stands on its two sides. */
  #turnAt(from: number, to: number): 'opens' | 'closes' | 'none' | 'unclear' {
    const before = kindOf(this.#text[from - 1]);
    const behind = kindOf(this.#text[to]);
    const opens = behind === 'letter' || (behind === 'sign' && before !== 'letter');
    const closes = before === 'letter' || (before === 'sign' && behind !== 'letter');
    if (opens && closes) return 'unclear';
    return opens ? 'opens' : closes ? 'closes' : 'none';
  }

  /** Underscores between letters are letters. */
  #isInWord(from: number, to: number): boolean {
    return kindOf(this.#text[from - 1]) === 'letter' && kindOf(this.#text[to]) === 'letter';
  }
}

function kindOf(unit: string | undefined): 'space' | 'sign' | 'letter' {
  if (unit === undefined || /\s/.test(unit)) return 'space';
  return /[\p{P}\p{S}]/u.test(unit) ? 'sign' : 'letter';
}
