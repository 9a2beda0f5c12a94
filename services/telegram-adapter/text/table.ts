/** A table as aligned columns of monospaced text; Telegram has no tables. */

export type Align = 'left' | 'right' | 'center' | null | undefined;

/** Lines of a table. The first row is its header; spaces at the end of lines are left out. */
export function layOutTable(rows: readonly (readonly string[])[], align: readonly Align[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(1, ...rows.map((row) => width(row[column] ?? ''))),
  );
  const lines = rows.map((row) =>
    widths
      .map((wide, column) => pad(row[column] ?? '', wide, align[column]))
      .join(' | ')
      .replace(/[ |]+$/, ''),
  );
  return [lines[0] ?? '', widths.map((wide) => '-'.repeat(wide)).join('-+-'), ...lines.slice(1)].join('\n');
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
  let columns = 0;
  for (const character of text) columns += WIDE.test(character) ? 2 : WIDTHLESS.test(character) ? 0 : 1;
  return columns;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const WIDTHLESS = /\p{M}|\p{Cf}/u;
