/** Words that end with a full stop inside a sentence, and are followed by a name or a number. */
const BEFORE_NAME = new Set(
  `mr mrs ms dr prof st sr mt gen col sgt capt lt rev hon gov sen rep pres no nos fig figs vol vs e.g i.e cf ca approx
  inc ltd co corp dept est jan feb mar apr jun jul aug sep sept oct nov dec
  т.е т.к т.н т.о им ул д кв стр рис см напр проф акад тел пер просп пл обл р-н с пос дер оф корп ст п пп гл ср ок св
  дж ум род табл илл инж зам зав гр гос мин макс кол бул наб ред сост изд`.split(/\s+/),
);

/** Words that end with a full stop and may well end a sentence: only a small letter or a digit after them says no. */
const MAY_END = new Set(
  `etc a.m p.m jr r.t.c г гг в вв руб коп тыс млн млрд трлн др пр т.д т.п н.э шт мм см км кг мл мин сек час`.split(
    /\s+/,
  ),
);

const TERMINATOR = /[.!?…]+["'»”’)\]]*(?=\s|$)|[。！？｡]+[」』”）]*|[؟।॥]+/gu;
const LIST_ITEM = /^\s*(?:[-*+•–—]|\d{1,3}[.)]|[a-zа-я][.)])\s+/iu;
const HEADING = /^\s{0,3}#{1,6}\s/;
const TABLE_ROW = /^\s*\|/;

/** Whether the full stop that ends `before` is one of an abbreviation, an initial or a list number. */
function isAbbreviated(before: string, after: string): boolean {
  const word = /(?:^|[\s(["'«“])([\p{L}\p{N}][\p{L}\p{N}.-]*)$/u.exec(before)?.[1];
  if (word === undefined) return false;
  const pair = /(?:^|\s)(т|н)\.\s*$/iu.exec(before.slice(0, -word.length))?.[1];
  const name = (pair === undefined ? word : `${pair}.${word}`).toLowerCase();
  const next = after.trimStart();
  if (/^\p{Lu}$/u.test(word) || /^(?:\p{Lu}\.)+\p{Lu}$/u.test(word)) return true;
  if (/^\d{1,3}$/.test(word) && /(?:^|\n)\s*$/.test(before.slice(0, -word.length))) return true;
  if (name === 'г' || name === 'в' || name === 'с')
    return !/\d\s*$/.test(before.slice(0, -1)) || /^[\p{Ll}\d]/u.test(next);
  if (BEFORE_NAME.has(name) || name === 'т' || name === 'н') return true;
  return MAY_END.has(name) && /^[\p{Ll}\d]/u.test(next);
}

function isBoundary(text: string, start: number, end: number, from: number): boolean {
  const after = text.slice(end, end + 40);
  if (after.trim() === '') return true;
  const mark = text.slice(start, end);
  const next = /^\s*["'«“([]*(\S)/u.exec(after)?.[1] ?? '';
  if (/^\p{Ll}/u.test(next)) return false;
  return !(
    mark.startsWith('.') &&
    !mark.startsWith('..') &&
    isAbbreviated(text.slice(Math.max(from, start - 40), start), after)
  );
}

/** Pieces between which there is always a boundary: paragraphs, list items, headings, table rows. */
function* blocks(text: string): Generator<[start: number, end: number]> {
  let start = 0;
  let at = 0;
  let previous = '';
  for (const line of text.split('\n')) {
    const apart =
      line.trim() === '' ||
      LIST_ITEM.test(line) ||
      HEADING.test(line) ||
      HEADING.test(previous) ||
      TABLE_ROW.test(line);
    if (apart && at > start) {
      yield [start, at];
      start = at;
    }
    previous = line;
    at += line.length + 1;
  }
  if (start < text.length) yield [start, text.length];
}

/**
 * The sentences of a text (Russian, English and others with the usual marks), without white space around them, each as
 * it stands. Headings, list items and table rows are sentences of their own. Every character that is not white space is in
 * exactly one. Linear in the text's length.
 */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  const push = (start: number, end: number): void => {
    const sentence = text.slice(start, end).trim();
    if (sentence !== '') sentences.push(sentence);
  };
  for (const [blockStart, blockEnd] of blocks(text)) {
    const block = text.slice(blockStart, blockEnd);
    let from = 0;
    for (const { 0: mark, index } of block.matchAll(TERMINATOR)) {
      const end = index + mark.length;
      if (!isBoundary(block, index, end, from)) continue;
      push(blockStart + from, blockStart + end);
      from = end;
    }
    push(blockStart + from, blockEnd);
  }
  return sentences;
}
