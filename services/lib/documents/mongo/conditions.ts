import { NO_ARRAY, present, wayTo } from '#lib/documents/mongo/ways.ts';
import type { Clause, Where } from '#lib/documents/mongo/where.ts';
import { isIdentifier } from '#lib/documents/paths.ts';
import type { Condition, Element, Path, Test } from '#lib/documents/port.ts';
import { checkNumber, checkScalar } from '#lib/documents/values.ts';

const COMPARISONS = { eq: '$eq', lt: '$lt', lte: '$lte', gt: '$gt', gte: '$gte', in: '$in' } as const;

/** Adds a condition's tests to a filter. Throws `TypeError` for paths and operands that a test does not take. */
export function requireCondition(where: Where, condition: Condition): void {
  for (const path in condition) requireTests(where, path, condition[path] as Test);
}

function requireTests(where: Where, path: Path, test: Test): void {
  const way = wayTo(path);
  const here: Clause = {};
  for (const name in test) {
    const operand = test[name as keyof Test];
    if (operand === undefined) continue;
    switch (name) {
      case 'eq':
        checkScalar(operand, path);
        break;
      case 'lt':
      case 'lte':
      case 'gt':
      case 'gte':
        if (typeof operand !== 'string') checkNumber(operand, path);
        break;
      case 'in':
        for (const one of operand as readonly unknown[]) if (typeof one !== 'string') checkNumber(one, path);
        break;
      case 'ne':
        checkScalar(operand, path);
        where.none({ ...way, [path]: { $eq: operand, ...NO_ARRAY } });
        continue;
      case 'exists':
        if (operand) where.and(present(path));
        else where.none(present(path));
        continue;
      case 'has':
        where.and({ ...way, [path]: { $elemMatch: picking(operand as Element, path) } });
        continue;
      case 'lacks':
        where.and(lacking(way, path, operand as Element));
        continue;
      default:
        throw new TypeError(`${path}: there is no test ${name}`);
    }
    here[COMPARISONS[name]] = operand;
  }
  if (Object.keys(here).length === 0) return;
  for (const parent in way) where.require(parent, NO_ARRAY);
  where.require(path, { ...here, ...NO_ARRAY });
}

function lacking(way: Clause, path: Path, element: Element): Clause {
  const without = { $type: 'array', $not: { $elemMatch: picking(element, path) } };
  return { $or: [{ $nor: [present(path)] }, { ...way, [path]: without }] };
}

/** Holds for an array element that is picked, as the operand of `$elemMatch`. */
function picking(element: Element, path: Path): Clause {
  return typeof element === 'object' ? fieldsOf(element, path) : { $eq: scalar(element, path) };
}

/** Picks array elements, as the operand of `$pull`. Throws `TypeError`. */
export function pulling(element: Element, path: Path): unknown {
  return typeof element === 'object' ? fieldsOf(element, path) : scalar(element, path);
}

function scalar(element: string | number, path: Path): string | number {
  checkScalar(element, path);
  return element;
}

function fieldsOf(element: Exclude<Element, string | number>, path: Path): Clause {
  const fields: Clause = {};
  for (const [name, wanted] of Object.entries(element)) {
    if (!isIdentifier(name)) throw new TypeError(`${path}: an element's field is named by an identifier`);
    checkScalar(wanted, `${path}.${name}`);
    fields[name] = { $eq: wanted, ...NO_ARRAY };
  }
  if (Object.keys(fields).length === 0) throw new TypeError(`${path}: an element is picked by one field at least`);
  return fields;
}
