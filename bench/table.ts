/** One line of the bench's table. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is measured against in the same run. */
  readonly baseline?: string;
  readonly baselineValue?: number;
  /** What it has to be, such as `<= 10`. */
  readonly goal?: string;
}

/** The rows as a text table, numbers to three digits, with the ratio of each to its baseline. */
export function table(rows: readonly Row[]): string {
  const lines = [
    ['what', 'value', 'goal', 'baseline', 'its value', 'ratio'],
    ...rows.map(({ name, value, unit, goal = '', baseline = '', baselineValue }) => [
      name,
      `${short(value)} ${unit}`,
      goal,
      baseline,
      baselineValue === undefined ? '' : `${short(baselineValue)} ${unit}`,
      baselineValue === undefined ? '' : `${short(value / baselineValue)} x`,
    ]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}
