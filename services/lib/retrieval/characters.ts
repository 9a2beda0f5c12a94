/** What a UTF-16 unit is to the scanner. */
export const SEPARATOR = 0;
export const LETTER = 1;
export const DIGIT = 2;
/** A letter of a script that is written without spaces: words are taken as overlapping pairs. */
export const DENSE = 3;
/** A combining mark: belongs to the letter before it. */
export const MARK = 4;
/** First half of a character beyond the basic plane. */
export const SURROGATE = 5;

const DENSE_SCRIPTS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

function classify(character: string): number {
  if (/\p{M}/u.test(character)) return DENSE_SCRIPTS.test(character) ? DENSE : MARK;
  if (/\p{N}/u.test(character)) return DIGIT;
  if (!/\p{L}/u.test(character)) return SEPARATOR;
  return DENSE_SCRIPTS.test(character) ? DENSE : LETTER;
}

function makeTable(): Uint8Array {
  const table = new Uint8Array(0x10000);
  for (let unit = 0; unit < table.length; unit++) {
    if (unit >= 0xd800 && unit < 0xdc00) table[unit] = SURROGATE;
    else if (unit < 0xd800 || unit >= 0xe000) table[unit] = classify(String.fromCharCode(unit));
  }
  return table;
}

let table: Uint8Array | undefined;

/** The class of every UTF-16 unit. Made at first use (a few milliseconds, 64 KiB); the same for everyone. */
export function characterClasses(): Uint8Array {
  table ??= makeTable();
  return table;
}

/** The class of a character beyond the basic plane, given as its code point. */
export function classOfCodePoint(codePoint: number): number {
  return classify(String.fromCodePoint(codePoint));
}
