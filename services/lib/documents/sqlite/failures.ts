/** What SQLite's errors mean for a write. */
export type Failure =
  | { readonly kind: 'unique'; readonly index: string }
  /** The document's own types forbid the change. */
  | { readonly kind: 'mismatch'; readonly message: string }
  /** The database cannot write now; the whole transaction is lost. */
  | { readonly kind: 'unavailable'; readonly message: string };

const SQLITE_CONSTRAINT_UNIQUE = 2067;

/** Reads an error that a statement threw. */
export function failureOf(error: unknown): Failure {
  const { message, errcode } = error as { message: string; errcode?: number };
  if (errcode === SQLITE_CONSTRAINT_UNIQUE)
    return { kind: 'unique', index: /index '(.*)'/.exec(message)?.[1] ?? 'key' };
  const mismatch = /^bad JSON path: '(.*)'$/.exec(message);
  if (mismatch) return { kind: 'mismatch', message: mismatch[1] as string };
  return { kind: 'unavailable', message };
}
