import { LoggableError } from '#lib/telemetry/error.ts';

/**
 * The document port: what a service may ask of its database. Conditions and changes are data, each call is one atomic
 * statement on one document, and nothing is read to be written back. Both adapters pass `contract.ts`.
 */

/**
 * A JSON value as a document may hold it: plain objects and arrays, nested up to 64 deep; finite numbers; text, in which
 * halves of surrogate pairs become U+FFFD. `null` is no value: leave the field out instead. A field of an object that is
 * undefined is left out; undefined anywhere else is refused.
 */
export type Value = string | number | boolean | readonly Value[] | { readonly [field: string]: Value | undefined };

/**
 * A document: plain JSON fields beside its `key`. Times are milliseconds since the epoch. At most 1 MiB as JSON; what a
 * change makes of it may be measured in the database's own form instead, which is of much the same size.
 * Field names are identifiers (`[A-Za-z][A-Za-z0-9]*`); two names are taken: `key` and `outbox`.
 */
export interface Document {
  /** Identifies the document in its collection: 1 to 512 bytes of UTF-8. Keys order by their bytes. */
  readonly key: string;
}

/**
 * A dotted path into a document: `lease.epoch`, `queue.0.turn`. Segments are field names, or positions in arrays; a path
 * never looks into the elements of an array without a position. It begins with a field name other than the taken ones.
 */
export type Path = string;

/**
 * What an index holds: documents ordered by these paths, then by key. Values order absent, numbers, text by its UTF-8
 * bytes, false, true. Arrays and objects count as absent. A document without the first path is not in the index.
 */
export interface IndexSpec {
  readonly name: string;
  /** Field names only, no array positions. */
  readonly paths: readonly Path[];
  /** No two live documents share the values of all paths; an absent one, other than the first, is a value too. */
  readonly unique?: boolean;
}

/** Declares a collection. The name is an identifier. */
export interface CollectionSpec<_D extends Document> {
  readonly name: string;
  readonly indexes: readonly IndexSpec[];
  /** The path of a number, by field names only: the time from which on the document counts as absent; it is removed soon after. */
  readonly expiry?: Path;
}

/**
 * A test of one path. Several tests of one path must all hold. Comparisons are within one type: text is never less than
 * a number, and 1 is not `true`. A comparison with an absent path does not hold.
 */
export interface Test {
  readonly eq?: string | number | boolean;
  /** Holds for an absent path too. */
  readonly ne?: string | number | boolean;
  readonly lt?: string | number;
  readonly lte?: string | number;
  readonly gt?: string | number;
  readonly gte?: string | number;
  readonly in?: readonly (string | number)[];
  readonly exists?: boolean;
  /** The path is an array with an element that equals these fields (or this scalar). */
  readonly has?: Element;
  /** The path is absent, or an array without such an element. */
  readonly lacks?: Element;
}

/** Picks array elements: a scalar by equality, an object by equality of the fields named. */
export type Element = string | number | { readonly [field: string]: string | number | boolean };

/** All tests must hold. `{}` holds for every document that is there. */
export type Condition = { readonly [path: Path]: Test };

/**
 * What to do to a document. No path may be named twice, or be inside another that is named (`TypeError`). Where the
 * document's own types do not fit (`inc` of text, `push` to what is no array, a field of a scalar) or it would outgrow
 * its limit, the call rejects with `TypeError` and nothing is changed. A path through an array position that is not
 * there makes the update `unmatched`, except in `unset` and `pull`.
 */
export interface Change {
  /** Puts values; makes the objects on the way. */
  readonly set?: { readonly [path: Path]: Value };
  /** Removes fields; no array positions. */
  readonly unset?: readonly Path[];
  /** Adds; an absent path counts as 0. */
  readonly inc?: { readonly [path: Path]: number };
  /** Lowers to the value, or puts it where there is none. */
  readonly min?: { readonly [path: Path]: number };
  /** Raises to the value, or puts it where there is none. */
  readonly max?: { readonly [path: Path]: number };
  /** Appends one element; with `last`, only so many of the last elements stay. An absent path counts as []. */
  readonly push?: { readonly [path: Path]: { readonly value: Value; readonly last?: number } };
  /** Removes all elements that match. An absent path stays absent. */
  readonly pull?: { readonly [path: Path]: Element };
}

/** Something to tell the world, written with the change that it tells of. */
export interface OutboxEntry {
  /** Unique and time-ordered (see `#lib/ids.ts`). */
  readonly id: string;
  /** Full name of the protobuf message, such as `otvet.training.v1.ReleaseActivated`. */
  readonly type: string;
  /** The resource that changed. */
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The message, base64 of its binary form. */
  readonly data: string;
  readonly traceparent?: string;
}

export interface WriteOptions {
  /** Stored inside the document in the same write, until `settle` takes them out. */
  readonly outbox?: readonly OutboxEntry[];
  /** Nobody waits for this write: it may be held for a few milliseconds, to share a commit with others. Just as durable. */
  readonly lazy?: boolean;
}

export type InsertResult =
  | { readonly ok: true }
  /** `index` is `key` or the name of the unique index that has the values already. */
  | { readonly ok: false; readonly reason: 'duplicate'; readonly index: string };

export type UpdateResult<D> =
  /** The document after the change. */
  | { readonly ok: true; readonly document: D }
  /** No such document, or its condition does not hold. */
  | { readonly ok: false; readonly reason: 'unmatched' }
  | { readonly ok: false; readonly reason: 'duplicate'; readonly index: string };

export type DeleteResult<D> =
  /** The document as it was. */
  { readonly ok: true; readonly document: D } | { readonly ok: false; readonly reason: 'unmatched' };

export interface FindQuery {
  /** An index by name, or `key`. */
  readonly index: string;
  /** Equality on leading paths of the index, in its order; the key counts as the last path. */
  readonly equal?: readonly (string | number | boolean)[];
  /** A range on the path that follows the equal ones; within one type, as tests are. */
  readonly range?: {
    readonly gt?: string | number;
    readonly gte?: string | number;
    readonly lt?: string | number;
    readonly lte?: string | number;
  };
  readonly order?: 'ascending' | 'descending';
  /** 1 to 1000. */
  readonly limit: number;
  /** `next` of the page before, of the same query. */
  readonly after?: string;
}

export interface Page<D> {
  readonly documents: readonly D[];
  /** Where to go on; absent on the last page. Opaque. */
  readonly next?: string;
}

/**
 * One collection. Every call rejects with `StoreUnavailable` when the database does not answer, and with `TypeError`
 * for a document, condition or change that breaks the port's own rules. An acknowledged write survives `kill -9`.
 */
export interface Collection<D extends Document> {
  get(key: string): Promise<D | undefined>;
  insert(document: D, options?: WriteOptions): Promise<InsertResult>;
  update(key: string, condition: Condition, change: Change, options?: WriteOptions): Promise<UpdateResult<D>>;
  /** With outbox entries to tell, a tombstone stays until they are settled; for all other calls it is absent. */
  delete(key: string, condition: Condition, options?: WriteOptions): Promise<DeleteResult<D>>;
  find(query: FindQuery): Promise<Page<D>>;
}

/** Outbox entries of one document that were not settled yet, oldest first. */
export interface Untold {
  readonly collection: string;
  readonly key: string;
  readonly entries: readonly OutboxEntry[];
}

/** A database of one service. */
export interface DocumentStore extends AsyncDisposable {
  /** Whether no other process can write here while this one holds it: whatever was left open before is nobody's then. */
  readonly exclusive: boolean;
  /** Declares a collection once at start; indexes that are new are made, those declared no more are dropped. */
  collection<D extends Document>(spec: CollectionSpec<D>): Collection<D>;
  /** Documents of the declared collections with outbox entries, oldest entry first, at most `limit` documents. */
  untold(limit: number): Promise<readonly Untold[]>;
  /** Takes entries out of their document's outbox, and removes a tombstone that has nothing more to tell. */
  settle(collection: string, key: string, entryIds: readonly string[]): Promise<void>;
  /** Calls back after each acknowledged write of this process that carried outbox entries. Returns the unsubscriber. */
  onUntold(listener: () => void): () => void;
  /** Resolves when the database answers; rejects with `StoreUnavailable`. For readiness. */
  ping(): Promise<void>;
}

/**
 * The database does not answer, or answers that it cannot write (a full disk, a failed-over primary, another process
 * that holds the file). Whether a write that was on its way was done is not known then. The message is for operators.
 */
export class StoreUnavailable extends LoggableError {
  override readonly name = 'StoreUnavailable';
}
