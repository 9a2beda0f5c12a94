import type { Segments } from '#lib/documents/paths.ts';
import { checkNumber } from '#lib/documents/values.ts';

/** What a statement's parameter may be. */
export type SqlValue = string | number | bigint;

/** Booleans in SQL: blobs, so that `true` differs from 1 and sorts after all text. */
const TRUE = "x'01'";
const FALSE = "x'00'";
/** Stands for an absent path within an index: less than every JSON number. */
export const ABSENT = '-9e999';

/** The path in SQLite's notation, as a literal. Segments are identifiers and positions, so nothing needs escaping. */
export function jsonPath(segments: readonly (string | number)[], suffix = ''): string {
  const parts = segments.map((segment) => (typeof segment === 'number' ? `[${segment}]` : `.${segment}`));
  return `'$${parts.join('')}${suffix}'`;
}

/** The scalar at a path: NULL where there is nothing, an array or an object. Numbers < text < booleans. */
export function scalar(source: string, path: string): string {
  return (
    `CASE json_type(${source},${path}) WHEN 'true' THEN ${TRUE} WHEN 'false' THEN ${FALSE} ` +
    `WHEN 'object' THEN NULL WHEN 'array' THEN NULL ELSE json_extract(${source},${path}) END`
  );
}

/** The scalar at a path of the document itself, in the one form that its indexes are made of. */
export function field(segments: Segments): string {
  return `(${scalar('body', jsonPath(segments))})`;
}

/** How an operand enters a statement: as text, as a number, or as one of two literals. */
export type Kind = 'text' | 'number' | 'true' | 'false';

export function kindOf(operand: unknown, path: string): Kind {
  if (typeof operand === 'string') return 'text';
  if (typeof operand === 'boolean') return operand ? 'true' : 'false';
  checkNumber(operand, path);
  return 'number';
}

export function operandSql(kind: Kind, parameter: number): string {
  if (kind === 'true') return TRUE;
  return kind === 'false' ? FALSE : `?${parameter}`;
}

/** Whole numbers are bound as such, so that they stay whole in the document. */
export function bound(operand: string | number): SqlValue {
  if (typeof operand === 'string') return operand.toWellFormed();
  return Number.isSafeInteger(operand) ? BigInt(operand) : operand;
}

/**
 * The tests that keep a comparison within one type, for the sides that it leaves open: text is never less than a
 * number, and a boolean never greater than text.
 */
export function withinType(expression: string, kind: Kind, side: 'below' | 'above'): string {
  const { sign, operand } = endOfType(kind, side);
  return `${expression} ${sign} ${operand}`;
}

/** One end of a range: how a value compares with an operand. */
export interface Bound {
  readonly sign: '>' | '>=' | '<' | '<=';
  readonly operand: string;
}

/** Where the values of a type end, on the side that a comparison leaves open. */
export function endOfType(kind: Kind, side: 'below' | 'above'): Bound {
  if (kind === 'number') return side === 'below' ? { sign: '>', operand: ABSENT } : { sign: '<', operand: "''" };
  return side === 'below' ? { sign: '>=', operand: "''" } : { sign: '<', operand: "x''" };
}

/**
 * Tests for all the bounds of an expression. SQLite looks up one lower and one upper bound in an index, and not always the narrowest of
 * several: where there are several, their greatest or least is the one, and exact comparisons are left to be made row by row.
 */
export function boundTests(expression: string, bounds: readonly Bound[]): readonly string[] {
  const tests: string[] = [];
  for (const [end, narrowest] of [
    ['>', 'max'],
    ['<', 'min'],
  ] as const) {
    const same = bounds.filter(({ sign }) => sign.startsWith(end));
    const operands = [...new Set(same.map(({ operand }) => operand))];
    if (operands.length < 2) tests.push(...same.map(({ sign, operand }) => `${expression} ${sign} ${operand}`));
    else {
      const strict = same.filter(({ sign }) => sign === end);
      tests.push(`${expression} ${end}= ${narrowest}(${operands.join(',')})`);
      tests.push(...strict.map(({ operand }) => `+${expression} ${end} ${operand}`));
    }
  }
  return tests;
}
