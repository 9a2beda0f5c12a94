const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How far back the beginning of a visible character is looked for; longer ones do not occur in people's writing. */
const REACH = 64;

/**
 * The last place at or before `at` where a text can be cut without breaking a visible character (a surrogate pair, a
 * letter with its marks, an emoji of several, a flag). Above `from`, where a visible character begins, for `at` at least two
 * units further; a character longer than `REACH` units is cut between code points.
 */
export function graphemeBoundary(text: string, at: number, from = 0): number {
  if (at >= text.length) return text.length;
  const near = flagsBefore(text, Math.max(from, wholeCodePoint(text, at - REACH)), from);
  const segment = segmenter.segment(text.slice(near, at + REACH)).containing(at - near);
  const boundary = near + (segment?.index ?? at - near);
  if (boundary > near) return boundary;
  const codePoint = wholeCodePoint(text, at);
  return codePoint > from ? codePoint : Math.min(text.length, from + 2);
}

/** Two of these make a flag, which only their count from the first tells. */
const REGIONAL = /^\ud83c[\udde6-\uddff]$/;

/** The beginning of the run of regional indicators that goes on at a place, or the place itself. */
function flagsBefore(text: string, at: number, from: number): number {
  let start = at;
  while (start - 2 >= from && REGIONAL.test(text.slice(start - 2, start))) start -= 2;
  return start;
}

/** `at`, or the place before it when that would cut a surrogate pair. */
function wholeCodePoint(text: string, at: number): number {
  const low = text.charCodeAt(at);
  const high = text.charCodeAt(at - 1);
  const inside = at > 0 && low >= 0xdc00 && low <= 0xdfff && high >= 0xd800 && high <= 0xdbff;
  return inside ? at - 1 : at;
}
