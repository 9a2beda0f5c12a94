import type { Clause } from '#lib/documents/mongo/where.ts';
import { parsePath } from '#lib/documents/paths.ts';
import type { Path } from '#lib/documents/port.ts';

/** Keeps a test off the elements of an array, into which MongoDB looks by itself. */
export const NO_ARRAY: Clause = { $not: { $type: 'array' } };

/** Where a name follows, there must be no array: MongoDB would look for the name in each of its elements. */
export function wayTo(path: Path): Clause {
  const segments = parsePath(path);
  const clauses: Clause = {};
  for (let i = 1; i < segments.length; i++) {
    if (typeof segments[i] === 'string') clauses[segments.slice(0, i).join('.')] = NO_ARRAY;
  }
  return clauses;
}

/** Holds where there is something at the path. */
export function present(path: Path): Clause {
  return { ...wayTo(path), [path]: { $exists: true } };
}
