import { findCut, goOn } from './cut.ts';
import { type Formatted, type Mark, Pieces, type Rendered } from './formatted.ts';
import { formatMarkdown } from './render.ts';

/** The most that one message of Telegram holds, in UTF-16 units of visible text. */
export const MESSAGE_LIMIT = 4096;

/** Renders Markdown into messages of at most `limit` visible UTF-16 units. Nothing visible gives []. */
export function splitMarkdown(markdown: string, limit: number = MESSAGE_LIMIT): readonly Rendered[] {
  return splitFormatted(formatMarkdown(markdown), limit);
}

/**
 * Cuts a text into messages of at most `limit` units, which is 8 or more. What is cut is the text that people see, its formatting
 * beside it: all of it is in one message or another, in order, but for white space at the cuts; and what is open at a cut is
 * closed before and opened again behind it.
 */
export function splitFormatted(text: Formatted, limit: number): readonly Rendered[] {
  const { plain } = text;
  const pieces = new Pieces(text);
  const messages: Rendered[] = [];
  const end = plain.trimEnd().length;
  let from = goOn(plain, 0);
  while (from < end) {
    const above = headerAbove(text, pieces.openAt(from), from, limit);
    const room = limit - above.length;
    const cut = end - from <= room ? end : findCut(text, from, room);
    const to = from + plain.slice(from, cut).trimEnd().length;
    if (to > from) messages.push(pieces.take(from, to, above));
    from = goOn(plain, cut);
  }
  return messages;
}

/** The header of a table that goes on with a new line at `from`, unless it is so long that repeating it would be worse. */
function headerAbove({ plain }: Formatted, open: readonly Mark[], from: number, limit: number): string {
  const table = open.find(({ header }) => header !== undefined);
  if (table?.header === undefined || plain[from - 1] !== '\n' || from <= table.from + table.header.length) return '';
  return table.header.length < limit / 2 ? `${table.header}\n` : '';
}
