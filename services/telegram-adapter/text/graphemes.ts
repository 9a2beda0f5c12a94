const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** How far back the beginning of a visible character is looked for; longer ones do not occur in people's writing. */
const REACH = 64;

/**
 * The last place at or before `at` where a text can be cut without breaking a visible character (a surrogate pair, a
 * letter with its marks, an emoji of several). Above 0 for `at` above 0: a character longer than `REACH` units is cut
 * between code points.
 */
export function graphemeBoundary(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const from = Math.max(0, wholeCodePoint(text, at - REACH));
  const segment = segmenter.segment(text.slice(from, at + REACH)).containing(at - from);
  const boundary = from + (segment?.index ?? at - from);
  if (boundary > from || (boundary === from && from > 0 && at - from < REACH)) return boundary;
  const codePoint = wholeCodePoint(text, at);
  return codePoint > 0 ? codePoint : Math.min(text.length, 2);
}

/** `at`, or the place before it when that would cut a surrogate pair. */
function wholeCodePoint(text: string, at: number): number {
  const low = text.charCodeAt(at);
  const high = text.charCodeAt(at - 1);
  const inside = at > 0 && low >= 0xdc00 && low <= 0xdfff && high >= 0xd800 && high <= 0xdbff;
  return inside ? at - 1 : at;
}
