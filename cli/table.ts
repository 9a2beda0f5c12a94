import { type Output, styled } from './terminal.ts';
import { oneLine } from './terminal-text.ts';

/** Rows in columns as wide as their content: aligned for people, separated by tabs where the output is piped. */
export function table(output: Output, headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(oneLine));
  if (!output.isTTY) return cells.map((row) => `${row.join('\t')}\n`).join('');
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd();
  return `${[styled(output, 'dim', line(headings)), ...cells.map(line)].join('\n')}\n`;
}
