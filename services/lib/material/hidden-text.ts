/**
 * What a reader of the page cannot see but a model would obey: control and format characters, fillers, and the
 * selectors beyond the first that can smuggle bytes. The joiners U+200C and U+200D and the marks U+200E and U+200F
 * stay, because scripts and emoji need them.
 */
const HIDDEN = [
  '(?![\\t\\n\\u200c-\\u200f])[\\p{Cc}\\p{Cf}]',
  '[\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u3164\\uffa0\\ufffc]',
  '[\\u{e0000}-\\u{e0fff}]',
  '(?<=[\\ufe00-\\ufe0f])[\\ufe00-\\ufe0f]+',
];
const HIDDEN_PATTERN = new RegExp(HIDDEN.join('|'), 'gu');

/** The text with line ends as `\n` and without what hides in it. */
export function stripHidden(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(HIDDEN_PATTERN, '');
}

/** One line of text: hidden characters gone, white space joined to single blanks. */
export function oneLine(text: string): string {
  return stripHidden(text).replace(/\s+/g, ' ').trim();
}
