/**
 * Characters that take no room on the page and would split a word or hide text from a reader: zero-width spaces and
 * joiners, soft hyphens, direction marks, variation selectors, tag characters, byte order marks, annotation marks.
 */
export const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/** The text without characters that nobody can see, for comparing. Line ends, tabs and spaces stay. */
export function stripInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}
