import { scalarAt } from '#lib/documents/paths.ts';
import type { Document, FindQuery } from '#lib/documents/port.ts';

export type Scalar = string | number | boolean;

/** The place of a document in an index, behind the equal paths: its values, then its key. Opaque to callers. */
export function formatPosition(query: FindQuery, paths: readonly (readonly string[])[], last: Document): string {
  const values = paths.map((path) => scalarAt(last, path) ?? null);
  const position = [query.index, query.order ?? 'ascending', ...values, last.key];
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The values of a position, null for an absent one. Throws `TypeError` unless it is one of this query, of that many values. */
export function readPosition(query: FindQuery, length: number): (Scalar | null)[] {
  const [index, order, ...values] = parsePosition(query.after as string);
  const fits =
    index === query.index &&
    order === (query.order ?? 'ascending') &&
    values.length === length &&
    typeof values.at(-1) === 'string' &&
    values.every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value));
  if (!fits) throw new TypeError('after: not a position of this query');
  return values as (Scalar | null)[];
}

function parsePosition(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
