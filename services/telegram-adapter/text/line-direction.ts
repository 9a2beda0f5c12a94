import type { Formatted, Mark } from './formatted.ts';
import { BLOCK, CODE } from './output.ts';

/** U+200F: an invisible letter that is written from right to left. */
const RIGHT_TO_LEFT_MARK = '\u200f';
/** Hebrew, Arabic and the smaller scripts between and beside them. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const FIRST_LETTER = /\p{L}|\u200f/u;

/**
 * Lets the lines of a text that is mostly written from right to left begin at the right, and such lines of any text: clients lay a line out by
 * its first letter, so that one which begins with a name in Latin letters is turned around. Code is left alone, and so are lines without any
 * letter from right to left. A text without such letters costs one look.
 */
export function withLineDirections(text: Formatted): Formatted {
  if (!RIGHT_TO_LEFT.test(text.plain)) return text;
  const all = isMostlyOurs(text.plain);
  const code = text.marks.filter(isCode);
  const turned = lineStarts(text.plain).filter(
    ({ at, line }) => isMixed(line) && (all || isMostlyOurs(line)) && !code.some((mark) => isInside(mark, at)),
  );
  return turned.length === 0
    ? text
    : withMarks(
        text,
        turned.map(({ at }) => at),
      );
}

function lineStarts(plain: string): { readonly at: number; readonly line: string }[] {
  let at = 0;
  return plain.split('\n').map((line) => {
    const start = at;
    at += line.length + 1;
    return { at: start, line };
  });
}

/** Whether a line has letters from right to left and does not begin with one. */
function isMixed(line: string): boolean {
  if (!RIGHT_TO_LEFT.test(line)) return false;
  const first = FIRST_LETTER.exec(line)?.[0] ?? RIGHT_TO_LEFT_MARK;
  return first !== RIGHT_TO_LEFT_MARK && !RIGHT_TO_LEFT.test(first);
}

/** Whether most letters are written from right to left; other letters are told by their place in Unicode, roughly. */
function isMostlyOurs(text: string): boolean {
  let balance = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (isOurs(unit)) balance++;
    else if ((unit | 0x20) >= 0x61 && ((unit | 0x20) <= 0x7a || unit >= 0xc0) && (unit < 0x2000 || unit >= 0x2c00))
      balance--;
  }
  return balance > 0;
}

function isOurs(unit: number): boolean {
  return (unit >= 0x590 && unit <= 0x8ff) || (unit >= 0xfb1d && unit <= 0xfdff) || (unit >= 0xfe70 && unit <= 0xfefc);
}

/** Puts the sign at each place; what begins there holds it, so that a quote stays one, but for code, which people copy. */
function withMarks({ plain, marks, gaps }: Formatted, places: readonly number[]): Formatted {
  const before = (at: number): number => countBelow(places, at);
  let from = 0;
  const pieces = places.map((place) => {
    const piece = plain.slice(from, place);
    from = place;
    return piece;
  });
  return {
    plain: [...pieces, plain.slice(from)].join(RIGHT_TO_LEFT_MARK),
    marks: marks.map((mark) => ({
      ...mark,
      from: mark.from + before(isCode(mark) ? mark.from + 1 : mark.from),
      to: mark.to + before(mark.to),
    })),
    gaps: gaps.map((gap) => ({ ...gap, at: gap.at + before(gap.at) })),
  };
}

/** How many of the numbers, which are in order, are below a limit. */
function countBelow(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isCode(mark: Mark): boolean {
  return mark.open === CODE.open || isBlock(mark);
}

function isBlock({ open }: Mark): boolean {
  return open.startsWith(BLOCK.open.slice(0, -1));
}

/** Before code in a line there is room for a sign, before a block of code there is none. */
function isInside(code: Mark, at: number): boolean {
  return (isBlock(code) ? code.from <= at : code.from < at) && at < code.to;
}
