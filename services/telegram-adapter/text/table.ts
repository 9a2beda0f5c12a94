/** A table as aligned columns of monospaced text; Telegram has no tables. */

export type Align = 'left' | 'right' | 'center' | null | undefined;

/** Wider cells stand out of their column. It bounds what spaces can make of a table. */
const WIDEST = 40;

/** The lines of a table. */
export interface TableLines {
  /** The first row and the line under it. */
  readonly header: string;
  /** The others; each begins with the line feed that ends the one above. Empty when there are none. */
  readonly body: string;
}

/** Lays out a table. The first row is its header; spaces at the end of lines are left out. */
export function layOutTable(rows: readonly (readonly string[])[], align: readonly Align[]): TableLines {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 1, Math.min(WIDEST, width(cell)));
    }
  }
  const [first = '', ...others] = rows.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 1, align[column]))
      .join(' | ')
      .replace(/[ |]+$/, ''),
  );
  const rule = widths.map((wide) => '-'.repeat(wide)).join('-+-');
  return { header: `${first}\n${rule}`, body: others.map((line) => `\n${line}`).join('') };
}

function pad(text: string, wide: number, align: Align): string {
  const missing = Math.max(0, wide - width(text));
  if (align === 'right') return ' '.repeat(missing) + text;
  if (align !== 'center') return text + ' '.repeat(missing);
  const before = Math.floor(missing / 2);
  return ' '.repeat(before) + text + ' '.repeat(missing - before);
}

/** Columns that a monospaced font gives a text: two for East Asian wide characters and emoji, none for marks. */
function width(text: string): number {
  if (NARROW.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : WIDTHLESS.test(character) ? 0 : 1;
  return columns;
}

/** Letters, figures and signs of the West, Greek and Cyrillic: one column for each unit. */
const NARROW = /^[\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f]*$/;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const WIDTHLESS = /\p{M}|\p{Cf}/u;
