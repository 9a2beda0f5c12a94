import { parsePath } from '#lib/documents/paths.ts';
import type { Condition, Test } from '#lib/documents/port.ts';
import { matches, planElement } from '#lib/documents/sqlite/elements.ts';
import { field, jsonPath, kindOf, operandSql, withinType } from '#lib/documents/sqlite/expressions.ts';
import type { Plan, Step } from '#lib/documents/sqlite/plan.ts';
import { checkNumber } from '#lib/documents/values.ts';

const COMPARISONS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** Adds a condition's tests to a plan. Throws `TypeError` for operands that a test does not take. */
export function planCondition(plan: Plan, condition: Condition): void {
  for (const [path, test] of Object.entries(condition)) {
    for (const [name, operand] of Object.entries(test) as [keyof Test, Test[keyof Test]][]) {
      if (operand !== undefined) planTest(plan, path, name, operand);
    }
  }
}

function planTest(plan: Plan, path: string, name: keyof Test, operand: NonNullable<Test[keyof Test]>): void {
  switch (name) {
    case 'eq':
    case 'ne':
      plan.add(name, path, [{ field: '', kind: kindOf(operand, path) }], literals(operand as string));
      return;
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      if (typeof operand !== 'string') checkNumber(operand, path);
      plan.add(name, path, [{ field: '', kind: kindOf(operand, path) }], [operand]);
      return;
    case 'in':
      plan.add(name, path, [], [listOf(operand as readonly (string | number)[], path)]);
      return;
    case 'exists':
      plan.add(operand ? 'exists' : 'absent', path, [], []);
      return;
    case 'has':
    case 'lacks':
      planElement(plan, name, path, operand as string);
      return;
    default:
      throw new TypeError(`${path}: there is no test ${String(name)}`);
  }
}

function literals(operand: string | number | boolean): (string | number)[] {
  return typeof operand === 'boolean' ? [] : [operand];
}

function listOf(operands: readonly (string | number)[], path: string): string {
  for (const operand of operands) if (typeof operand !== 'string') checkNumber(operand, path);
  return JSON.stringify(operands.map((operand) => (typeof operand === 'string' ? operand.toWellFormed() : operand)));
}

/** SQL that holds where the test holds; undefined for a step that is no test. */
export function renderTest(step: Step): string | undefined {
  const segments = parsePath(step.path);
  const here = field(segments);
  const at = jsonPath(segments);
  const kind = step.operands[0]?.kind ?? 'text';
  const operand = operandSql(kind, step.parameter);
  switch (step.operation) {
    case 'eq':
      return `${here} = ${operand}`;
    case 'ne':
      return `${here} IS NOT ${operand}`;
    case 'lt':
    case 'lte':
      return `(${here} ${COMPARISONS[step.operation]} ${operand} AND ${withinType(here, kind, 'below')})`;
    case 'gt':
    case 'gte':
      return `(${here} ${COMPARISONS[step.operation]} ${operand} AND ${withinType(here, kind, 'above')})`;
    case 'in':
      return `${here} IN (SELECT value FROM json_each(${operand}))`;
    case 'exists':
      return `json_type(body,${at}) IS NOT NULL`;
    case 'absent':
      return `json_type(body,${at}) IS NULL`;
    case 'has':
      return `(json_type(body,${at}) = 'array' AND ${anyElement(step, at)})`;
    case 'lacks':
      return `(json_type(body,${at}) IS NULL OR json_type(body,${at}) = 'array' AND NOT ${anyElement(step, at)})`;
    default:
      return undefined;
  }
}

function anyElement(step: Step, at: string): string {
  return `EXISTS (SELECT 1 FROM jsonb_each(body,${at}) AS item WHERE ${matches(step.operands, step.parameter)})`;
}
