import type { SqlValue } from '#lib/documents/sqlite/expressions.ts';
import type { TableSchema } from '#lib/documents/sqlite/schema.ts';

/** What travels between a store and its writer thread. Replies come in the order of the requests. */
export type Request = WriteRequest | RunRequest | DeclareRequest | CloseRequest;

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** A write of one document. */
export interface WriteRequest {
  readonly kind: 'write';
  /** Tried in turn until one gives a row; that row's first column is the answer. */
  readonly attempts: readonly Statement[];
  /** True where the answer is a document that may have outgrown the limit. */
  readonly grows: boolean;
  /** Gives a row where the key is taken: asked when a unique index refuses the write. */
  readonly keyTaken?: Statement;
  /** Removes what has expired, which may be all that a unique index has against the write. */
  readonly purge: readonly Statement[];
}

/** Statements that belong together and answer with the number of rows that they changed. */
export interface RunRequest {
  readonly kind: 'run';
  readonly statements: readonly Statement[];
}

/** Brings a collection's table and indexes into being. */
export interface DeclareRequest {
  readonly kind: 'declare';
  readonly table: TableSchema;
}

/** The last request. */
export interface CloseRequest {
  readonly kind: 'close';
}

export type Reply =
  /** `value` is the document's JSON, where the statement gives one. */
  | { readonly kind: 'done'; readonly value: string | number }
  | { readonly kind: 'unmatched' }
  | { readonly kind: 'duplicate'; readonly index: string }
  | { readonly kind: 'mismatch'; readonly message: string }
  | { readonly kind: 'unavailable'; readonly message: string };

/** The first message of the thread, before any reply. */
export type Opened = { readonly ok: true } | { readonly ok: false; readonly message: string };

export interface WriterOptions {
  readonly file: string;
  /** Where compiled code is kept; the thread starts faster and smaller with it. */
  readonly compileCache: string | undefined;
}
