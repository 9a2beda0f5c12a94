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

/** A word with apostrophes: elided articles come apart, Cyrillic apostrophes go, English ones stay. */
function visitWithApostrophes(word: string, hasDigit: boolean, visit: TokenVisitor): void {
  const plain = word.replace(/[’ʼ´`]/g, "'");
  if (/^[\u0400-\u04ff]/.test(plain)) visit(plain.replaceAll("'", '').slice(0, WORD_LIMIT), hasDigit);
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

/** Three digits and no more: the next group of a number such as 2 000. */
function isDigitGroup(text: string, at: number, classes: Uint8Array): boolean {
  for (let i = 0; i < 3; i++) if (classes[text.charCodeAt(at + i)] !== DIGIT) return false;
  return classes[text.charCodeAt(at + 3)] !== DIGIT;
}

/** Overlapping pairs of a run of a script without spaces; a lone character by itself. Gives the end of the run. */
function visitDense(text: string, start: number, visit: TokenVisitor): number {
  const classes = characterClasses();
  let at = start;
  let previous = '';
  let alone = true;
  while (classAt(text, at, classes) === DENSE) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (previous !== '') {
      visit(previous + character, false);
      alone = false;
    }
    previous = character;
    at += character.length;
  }
  if (alone) visit(previous, false);
  return at;
}

function classAt(text: string, at: number, classes: Uint8Array): number {
  if (at >= text.length) return SEPARATOR;
  const kind = classes[text.charCodeAt(at)] ?? SEPARATOR;
  return kind === SURROGATE ? classOfCodePoint(text.codePointAt(at) ?? 0) : kind;
}

/** Calls `visit` for each token of a text that went through {@link normalize}. Linear in the text's length. */
export function scan(text: string, visit: TokenVisitor): void {
  const classes = characterClasses();
  const end = text.length;
  /** Words so far that may belong together, and the character between them. */
  let parts: string[] = [];
  let joiner = 0;
  let at = 0;
  while (at < end) {
    const first = classAt(text, at, classes);
    if (first === DENSE) {
      at = visitDense(text, at, visit);
      continue;
    }
    if (first !== LETTER && first !== DIGIT) {
      at += classes[text.charCodeAt(at)] === SURROGATE ? 2 : 1;
      continue;
    }
    const start = at;
    let hasDigit = false;
    let hasLetter = false;
    let hasApostrophe = false;
    while (at < end) {
      const unit = text.charCodeAt(at);
      let kind = classes[unit];
      let width = 1;
      if (kind === SURROGATE) {
        kind = classAt(text, at, classes);
        width = 2;
      }
      if (kind === LETTER) hasLetter = true;
      else if (kind === DIGIT) hasDigit = true;
      else if (kind === SEPARATOR && hasLetter && isApostrophe(unit) && classAt(text, at + 1, classes) === LETTER) {
        hasApostrophe = true;
      } else if (kind !== MARK) break;
      at += width;
    }
    const word = text.slice(start, Math.min(at, start + WORD_LIMIT));
    if (hasApostrophe) visitWithApostrophes(word, hasDigit, visit);
    else visit(word, hasDigit);

    const next = text.charCodeAt(at);
    const joins =
      next === 0x20
        ? hasDigit &&
          !hasLetter &&
          word.length <= 3 &&
          (parts.length === 0 || joiner === 0x20) &&
          isDigitGroup(text, at + 1, classes)
        : isJoiner(next) && isWordStart(classAt(text, at + 1, classes));
    if (joins && parts.length < PARTS_LIMIT) {
      parts.push(word);
      joiner = next;
      at++;
    } else if (parts.length > 0) {
      parts.push(word);
      visitJoined(parts, joiner, visit);
      parts = [];
    }
  }
}

function isWordStart(kind: number): boolean {
  return kind === LETTER || kind === DIGIT;
}
