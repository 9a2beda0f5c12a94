import { parseFields } from '#lib/documents/paths.ts';
import type { CollectionSpec, Document, FindQuery } from '#lib/documents/port.ts';
import { formatPosition, readPosition, type Scalar } from '#lib/documents/positions.ts';
import {
  ABSENT,
  type Bound,
  boundTests,
  endOfType,
  kindOf,
  operandSql,
  type SqlValue,
} from '#lib/documents/sqlite/expressions.ts';
import { indexExpressions, indexName } from '#lib/documents/sqlite/schema.ts';
import type { Table } from '#lib/documents/sqlite/table.ts';

const MAX_LIMIT = 1_000;

/** A find as SQL, and how its pages hang together. */
export interface Finding {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
  /** Where the page after this document begins. */
  readonly next: (last: Document) => string;
}

/** Builds the statement for one page; it asks for one document more than the limit. Throws `TypeError`. */
export function findStatement(spec: CollectionSpec<Document>, table: Table, query: FindQuery, now: number): Finding {
  if (!Number.isSafeInteger(query.limit) || query.limit < 1 || query.limit > MAX_LIMIT) {
    throw new TypeError(`a limit is 1 to ${MAX_LIMIT}`);
  }
  const index = spec.indexes.find(({ name }) => name === query.index);
  if (index === undefined && query.index !== 'key') throw new TypeError(`there is no index ${query.index}`);
  const columns = [...(index ? indexExpressions(index) : []), 'key'];
  const paths = index ? index.paths.map(parseFields) : [];
  const equal = query.equal ?? [];
  if (equal.length > columns.length) throw new TypeError(`the index ${query.index} has no ${equal.length} paths`);

  // ?1 is not used by name, yet a statement's parameters are counted from 1: it carries the limit.
  const parameters: SqlValue[] = [query.limit + 1, now];
  const bind = (value: Scalar, name: string): string => {
    const kind = kindOf(value, name);
    if (typeof value === 'boolean') return operandSql(kind, 0);
    return operandSql(kind, parameters.push(value));
  };
  const where: string[] = [table.live];
  equal.forEach((value, i) => {
    where.push(`${columns[i]} = ${bind(value, query.index)}`);
  });
  const rest = columns.slice(equal.length);
  const bounds = rangeBounds(query, rest[0], bind);
  if (equal.length === 0 && index) bounds.push({ sign: '>=', operand: ABSENT });

  const descending = query.order === 'descending';
  if (query.after !== undefined && rest.length > 0) {
    const values = readPosition(query, rest.length).map((value) => (value === null ? ABSENT : bind(value, 'after')));
    // The first comparison says the same once more, in the form in which SQLite looks it up in the index.
    bounds.push({ sign: descending ? '<=' : '>=', operand: String(values[0]) });
    where.push(`(${rest.join(',')}) ${descending ? '<' : '>'} (${values.join(',')})`);
  }
  if (rest[0] !== undefined) where.push(...boundTests(rest[0], bounds));
  const order = rest.map((column) => `${column} ${descending ? 'DESC' : 'ASC'}`).join(', ');
  const by = index ? ` INDEXED BY "${indexName(spec.name, index.name)}"` : '';
  const sql =
    `SELECT json(body) AS value FROM ${table.name}${by} WHERE ${where.join(' AND ')} ` +
    `${order === '' ? '' : `ORDER BY ${order} `}LIMIT ?1 + 0`;
  return { sql, parameters, next: (last) => formatPosition(query, paths.slice(equal.length), last) };
}

function rangeBounds(
  { range = {} }: FindQuery,
  column: string | undefined,
  bind: (value: Scalar, name: string) => string,
): Bound[] {
  const bounds: Bound[] = [];
  for (const [name, sign, side] of [
    ['gt', '>', 'above'],
    ['gte', '>=', 'above'],
    ['lt', '<', 'below'],
    ['lte', '<=', 'below'],
  ] as const) {
    const value = range[name];
    if (value === undefined) continue;
    if (column === undefined) throw new TypeError('there is no path left for a range');
    bounds.push({ sign, operand: bind(value, name) });
    bounds.push(endOfType(kindOf(value, name), side));
  }
  return bounds;
}
