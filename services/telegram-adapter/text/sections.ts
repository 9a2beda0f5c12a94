/**
 * The lines of a text in sections that can be read apart: each ends before an empty line behind which no block of it can go on. Undefined
 * where words in one place may change what is shown in another, or blocks may hide their ends: definitions, HTML, fences within blocks.
 */
export function sectionsOf(markdown: string): readonly (readonly string[])[] | undefined {
  if (FAR_REACHING.test(markdown)) return undefined;
  const sections: string[][] = [];
  let section: string[] = [];
  /** Whether an item of a list below may belong to a list of this section. */
  let mayGoOn = false;
  let fence: string | undefined;
  for (const line of markdown.split('\n')) {
    if (fence === undefined) {
      const begins = section.at(-1) === '' && /^\S/.test(line) && !(mayGoOn && ITEM.test(line));
      if (begins) {
        sections.push(section);
        section = [];
        mayGoOn = false;
      }
      mayGoOn ||= /^ /.test(line) || ITEM.test(line);
      fence = /^`{3,}/.exec(line)?.[0];
    } else if (closes(line, fence)) fence = undefined;
    section.push(line);
  }
  return [...sections, section];
}

/** Definitions, HTML that goes on over empty lines, fences that are not plainly at the beginning of a line, and what is no plain line feed. */
const FAR_REACHING =
  /\]:|^ {0,3}<(?:[!?]|script|pre|style|textarea)|^[ >*+\-\d.)]+(?:`{3}|~{3})|^~{3}|^`{3,}[^\n]*`|[\t\r\0]/im;
const ITEM = /^(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;

function closes(line: string, fence: string): boolean {
  const marks = /^ {0,3}(`{3,}) *$/.exec(line)?.[1] ?? '';
  return marks.length >= fence.length;
}
