import { isIdentifier } from '#lib/documents/paths.ts';
import type { Element } from '#lib/documents/port.ts';
import { kindOf, operandSql, scalar } from '#lib/documents/sqlite/expressions.ts';
import type { Operand, Plan } from '#lib/documents/sqlite/plan.ts';

/** One element of `jsonb_each` as a value that JSON functions take for what it is. */
export const ELEMENT =
  "CASE item.type WHEN 'true' THEN jsonb('true') WHEN 'false' THEN jsonb('false') ELSE item.value END";

/** Adds a step whose operands pick array elements. */
export function planElement(plan: Plan, operation: string, path: string, element: Element): void {
  if (typeof element !== 'object') {
    plan.add(operation, path, [{ field: '', kind: kindOf(element, path) }], [element]);
    return;
  }
  const operands: Operand[] = [];
  const values: (string | number)[] = [];
  for (const [name, wanted] of Object.entries(element)) {
    if (!isIdentifier(name)) throw new TypeError(`${path}: an element's field is named by an identifier`);
    operands.push({ field: name, kind: kindOf(wanted, `${path}.${name}`) });
    if (typeof wanted !== 'boolean') values.push(wanted);
  }
  if (operands.length === 0) throw new TypeError(`${path}: an element is picked by one field at least`);
  plan.add(operation, path, operands, values);
}

/** Holds for a row of `jsonb_each AS item` that the operands pick. */
export function matches(operands: readonly Operand[], parameter: number): string {
  let next = parameter;
  const tests = operands.map(({ field, kind }) => {
    const wanted = operandSql(kind, kind === 'text' || kind === 'number' ? next++ : 0);
    if (field !== '') return `(${scalar('item.value', `'$.${field}'`)}) IS ${wanted}`;
    const types = kind === 'text' ? "'text'" : "'integer','real'";
    return `(item.type IN (${types}) AND item.value = ${wanted})`;
  });
  const first = operands[0];
  return first?.field === '' ? tests.join('') : `(item.type = 'object' AND ${tests.join(' AND ')})`;
}
