import { type FindOptions, MaxKey, MinKey } from 'mongodb';
import { databaseIndex } from '#lib/documents/mongo/schema.ts';
import { copyOf } from '#lib/documents/mongo/stored.ts';
import { type Clause, Where } from '#lib/documents/mongo/where.ts';
import { parseFields } from '#lib/documents/paths.ts';
import type { CollectionSpec, Document, FindQuery, IndexSpec } from '#lib/documents/port.ts';
import { formatPosition, readPosition, type Scalar } from '#lib/documents/positions.ts';
import { checkNumber, checkScalar } from '#lib/documents/values.ts';

const MAX_LIMIT = 1_000;

/** A find in MongoDB's words, and how its pages hang together. */
export interface Finding {
  readonly filter: Clause;
  readonly options: FindOptions;
  /** The page among the documents found, which may begin with the one that the page before ended with. */
  readonly page: <D extends Document>(
    found: readonly D[],
  ) => { readonly documents: readonly D[]; readonly next?: string };
}

/** Plans one page; it asks for some documents more than the limit. `live` holds for what is there. Throws `TypeError`. */
export function planFind(spec: CollectionSpec<Document>, query: FindQuery, live: Clause): Finding {
  if (!Number.isSafeInteger(query.limit) || query.limit < 1 || query.limit > MAX_LIMIT) {
    throw new TypeError(`a limit is 1 to ${MAX_LIMIT}`);
  }
  const index = spec.indexes.find(({ name }) => name === query.index);
  if (index === undefined && query.index !== 'key') throw new TypeError(`there is no index ${query.index}`);
  const paths = index ? index.paths.map(parseFields) : [];
  const columns = [...paths.map(copyOf), '_id'];
  const equal = query.equal ?? [];
  if (equal.length > columns.length) throw new TypeError(`the index ${query.index} has no ${equal.length} paths`);

  const where = new Where(live);
  equal.forEach((value, i) => {
    checkScalar(value, query.index);
    where.require(columns[i] as string, { $eq: value });
  });
  requireRange(where, query, columns[equal.length]);
  if (equal.length === 0 && index) where.require(columns[0] as string, { $exists: true });

  const rest = columns.slice(equal.length);
  const position = query.after === undefined || rest.length === 0 ? undefined : readPosition(query, rest.length);
  const descending = query.order === 'descending';
  let bounds: FindOptions = {};
  if (position !== undefined && rest.length === 1) {
    where.require('_id', { [descending ? '$lt' : '$gt']: position[0] });
  } else if (position !== undefined && index) {
    bounds = boundsOf(index, equal, position, descending);
  }
  const key = index ? databaseIndex(index).key : { _id: 1 };
  const options: FindOptions = {
    hint: index ? databaseIndex(index).name : '_id_',
    sort: Object.fromEntries(Object.keys(key).map((column) => [column, descending ? -1 : 1])),
    // One more tells whether there is a next page, one may be the document that the page before ended with.
    limit: query.limit + 2,
    ...bounds,
  };
  const inside = paths.slice(equal.length);
  const page: Finding['page'] = (found) => {
    const first = found[0];
    const again = first !== undefined && query.after === formatPosition(query, inside, first);
    const begin = again ? 1 : 0;
    const documents = found.slice(begin, begin + query.limit);
    const last = documents.at(-1);
    if (found.length <= begin + query.limit || last === undefined) return { documents };
    return { documents, next: formatPosition(query, inside, last) };
  };
  return { filter: where.filter, options, page };
}

function requireRange(where: Where, { range = {} }: FindQuery, column: string | undefined): void {
  const tests: Clause = {};
  for (const name of ['gt', 'gte', 'lt', 'lte'] as const) {
    const value = range[name];
    if (value === undefined) continue;
    if (column === undefined) throw new TypeError('there is no path left for a range');
    if (typeof value !== 'string') checkNumber(value, name);
    tests[`$${name}`] = value;
  }
  if (column !== undefined && Object.keys(tests).length > 0) where.require(column, tests);
}

/**
 * From a position to the end of the equal values, as bounds of the index itself: across types no filter says "behind this".
 * The lower bound is part of what is found, the upper one is not.
 */
function boundsOf(
  index: IndexSpec,
  equal: readonly Scalar[],
  position: readonly (Scalar | null)[],
  descending: boolean,
): FindOptions {
  const columns = Object.keys(databaseIndex(index).key);
  const at = (value: (i: number) => unknown): Clause =>
    Object.fromEntries(columns.map((column, i) => [column, i < equal.length ? equal[i] : value(i)]));
  const here = at((i) => position[i - equal.length]);
  if (descending) return { max: here, ...(equal.length > 0 && { min: at(() => new MinKey()) }) };
  return { min: here, ...(equal.length > 0 && { max: at(() => new MaxKey()) }) };
}
