import { characterClasses, classOfCodePoint, DENSE, DIGIT, LETTER, MARK, SEPARATOR, SURROGATE } from './characters.ts';
import { stripInvisible } from './invisible.ts';

/** Units of a word that count; the rest of a longer run (a key, base64) is dropped on both sides alike. */
const WORD_LIMIT = 64;
/** Parts of one code, number or hyphenated word that are joined at most. */
const PARTS_LIMIT = 12;

const NON_ASCII = /[^\0-\x7f]/;
/** Stress marks over Cyrillic, and the dot that lower-casing a Turkish capital I leaves behind. */
const STRESS = /(?<=[\u0400-\u04ff])[\u0300\u0301]|\u0307/g;

/** One form for all spellings of the same letters: compatibility forms, case, е for ё, no stress or invisible marks. */
export function normalize(text: string): string {
  if (!NON_ASCII.test(text)) return text.toLowerCase();
  return stripInvisible(text)
    .normalize('NFKC')
    .toLowerCase()
    .replace(STRESS, '')
    .replaceAll('ё', 'е')
    .replaceAll('ς', 'σ');
}

/** Receives each token of a text in order. `hasDigit`: a number or code, never to be stemmed. */
export type TokenVisitor = (token: string, hasDigit: boolean) => void;

function isApostrophe(unit: number): boolean {
  return unit === 0x27 || unit === 0x2019 || unit === 0x2bc || unit === 0xb4 || unit === 0x60;
}

function isJoiner(unit: number): boolean {
  return (
    unit === 0x2d ||
    unit === 0x5f ||
    unit === 0x2e ||
    unit === 0x2f ||
    unit === 0x2c ||
    unit === 0x2010 ||
    unit === 0x2011
  );
}

/** Visits a word that may hold apostrophes: elided articles come apart, Cyrillic apostrophes go, English ones stay. */
function visitWord(word: string, hasDigit: boolean, visit: TokenVisitor): void {
  if (!/['’ʼ´`]/.test(word)) {
    visit(word.length > WORD_LIMIT ? word.slice(0, WORD_LIMIT) : word, hasDigit);
    return;
  }
  const plain = word.replace(/[’ʼ´`]/g, "'");
  if (/^[\u0400-\u04ff]/.test(plain)) visitWord(plain.replaceAll("'", ''), hasDigit, visit);
  else if (plain.indexOf("'") <= 2) for (const part of plain.split("'")) visit(part.slice(0, WORD_LIMIT), hasDigit);
  else visit(plain.slice(0, WORD_LIMIT), hasDigit);
}

/** Parts that belong together: `AB-1234` is found by `ab1234` too, `2,000` by `2000`, `wi-fi` by `wifi`. */
function visitJoined(parts: readonly string[], joiner: number, visit: TokenVisitor): void {
  const numeric = parts.every((part) => /^\p{N}+$/u.test(part));
  if (numeric) {
    const thousands = (parts[0] ?? '').length <= 3 && parts.slice(1).every((part) => part.length === 3);
    const point = joiner === 0x2e || joiner === 0x2c;
    visit(parts.join(point && !thousands ? '.' : '').slice(0, WORD_LIMIT), true);
  } else if (parts.some((part) => /\p{N}/u.test(part))) {
    visit(parts.join('').slice(0, WORD_LIMIT), true);
  } else if (joiner !== 0x2e && joiner !== 0x2f && joiner !== 0x2c && (parts[0] ?? '').length <= 2) {
    visit(parts.join('').slice(0, WORD_LIMIT), false);
  }
}

/** Calls `visit` for each token of a text that went through {@link normalize}. Linear in the text's length. */
export function scan(text: string, visit: TokenVisitor): void {
  const classes = characterClasses();
  const end = text.length;
  const classAt = (at: number): number => {
    const found = at < end ? (classes[text.charCodeAt(at)] ?? SEPARATOR) : SEPARATOR;
    return found === SURROGATE ? classOfCodePoint(text.codePointAt(at) ?? 0) : found;
  };
  const width = (at: number): number => (classes[text.charCodeAt(at)] === SURROGATE ? 2 : 1);
  const isGroup = (at: number): boolean =>
    classAt(at) === DIGIT && classAt(at + 1) === DIGIT && classAt(at + 2) === DIGIT && classAt(at + 3) !== DIGIT;

  let at = 0;
  while (at < end) {
    const first = classAt(at);
    if (first === DENSE) {
      const units: string[] = [];
      for (; classAt(at) === DENSE; at += width(at)) units.push(text.slice(at, at + width(at)));
      if (units.length === 1) visit(units[0] ?? '', false);
      for (let i = 1; i < units.length; i++) visit(`${units[i - 1]}${units[i]}`, false);
      continue;
    }
    if (first !== LETTER && first !== DIGIT) {
      at += width(at);
      continue;
    }
    let parts: string[] | undefined;
    let joiner = 0;
    let previous = '';
    for (;;) {
      const start = at;
      let hasDigit = false;
      let hasLetter = false;
      for (;;) {
        const kind = classAt(at);
        if (kind === LETTER) hasLetter = true;
        else if (kind === DIGIT) hasDigit = true;
        else if (kind !== MARK && !(isApostrophe(text.charCodeAt(at)) && hasLetter && classAt(at + 1) === LETTER))
          break;
        at += width(at);
      }
      const word = text.slice(start, at);
      visitWord(word, hasDigit, visit);
      if (parts !== undefined) parts.push(word);
      const next = text.charCodeAt(at);
      const following = classAt(at + 1);
      const joins = isJoiner(next) && (following === LETTER || following === DIGIT);
      const groups =
        next === 0x20 &&
        hasDigit &&
        !hasLetter &&
        word.length <= 3 &&
        isGroup(at + 1) &&
        (parts === undefined || joiner === 0x20);
      if (!(joins || groups) || (parts !== undefined && parts.length >= PARTS_LIMIT)) break;
      previous = word;
      parts ??= [previous];
      joiner = next;
      at++;
    }
    if (parts !== undefined) visitJoined(parts, joiner, visit);
  }
}
