import type { Formatted } from './formatted.ts';
import { graphemeBoundary } from './graphemes.ts';

/**
 * Where the message that begins at `from` best ends, at most `room` units further; above `from`. The last end of a
 * block that leaves it at least half full; else of an inner block, such as a list's item; else of a line, a sentence,
 * a word outside of links and code; else of any word, or of a visible character. The text goes on behind that place.
 */
export function findCut(text: Formatted, from: number, room: number): number {
  const { plain, gaps } = text;
  const least = from + Math.ceil(room / 2);
  const most = from + room;
  const ends = gaps.filter(({ at }) => least <= at && at <= most);
  const block = ends.findLast(({ depth }) => depth === 0) ?? ends.at(-1);
  if (block !== undefined) return block.at;
  // With one more, for what stands behind a place tells whether it is one.
  const half = plain.slice(least - 1, most + 1);
  const isOutside = outsideOf(text, least, most);
  for (const pattern of [LINE, SENTENCE, WORD]) {
    const places = [...half.matchAll(pattern)].map(({ index, 0: end }) => least - 1 + index + end.length);
    const place = places.findLast((at) => least <= at && at <= most && isOutside(at));
    if (place !== undefined) return place;
  }
  const word = [...half.matchAll(WORD)].at(-1);
  return word === undefined ? graphemeBoundary(plain, most, from) : least - 1 + word.index + word[0].length;
}

/** Each matches up to the place, and looks at what stands behind it. */
const LINE = /[^\n](?=\n)/g;
const SENTENCE = /[.!?…。！？]["»”)\]]*(?=\s)/g;
const WORD = /\S(?=\s)/g;

/** Whether a place between the two is outside of what is better left whole. */
function outsideOf({ marks }: Formatted, least: number, most: number): (at: number) => boolean {
  const whole = marks.filter((mark) => mark.whole && mark.from < most && mark.to > least);
  return (at) => !whole.some(({ from, to }) => from < at && at < to);
}

/** Where the text goes on behind a cut: white space is skipped, but not the indentation of the line. */
export function goOn(plain: string, cut: number): number {
  BLANK.lastIndex = cut;
  return cut + (BLANK.exec(plain)?.[0].length ?? 0);
}

const BLANK = /(?:[^\S\n]*\n)+|\s+/y;
