import { BSON } from 'mongodb';
import { type Segments, scalarAt } from '#lib/documents/paths.ts';
import type { Document, OutboxEntry } from '#lib/documents/port.ts';
import { MAX_DOCUMENT_BYTES } from '#lib/documents/values.ts';

/** No JSON takes so few bytes that its BSON takes more than seven times as many. */
const NEVER_WIDE = MAX_DOCUMENT_BYTES / 7;
/** What `_wide` itself adds. */
const WIDE_BYTES = 32;

/**
 * How a document lies in MongoDB: its key as `_id`, its fields as they are, and beside them what is ours, by names that no field
 * can have. Indexes are made over `_x`, which holds copies of the scalars at indexed paths: over the fields themselves an index would
 * take in the elements of arrays, refuse two arrays at once, and hold what counts as absent.
 */
export interface Stored {
  readonly _id: string;
  readonly _x?: Readonly<Record<string, string | number | boolean>>;
  /** What is to be told, oldest first; absent where there is nothing. */
  readonly _out?: readonly OutboxEntry[];
  /** A tombstone: deleted, but with something to tell. It has no fields left. */
  readonly _gone?: true;
  /** Size of a document in bytes that is within the limit as JSON and over it as BSON: it may not grow. */
  readonly _wide?: number;
  readonly [field: string]: unknown;
}

/** A path by which documents are found, and where its copy lies. */
export interface IndexedPath {
  readonly segments: Segments;
  /** Full name of the copy, such as `_x.lease_until`. */
  readonly copy: string;
}

/** Where the copy of a path lies. No name has an underscore, so no two paths share a copy. */
export function copyOf(segments: readonly string[]): string {
  return `_x.${segments.join('_')}`;
}

/** A document as it is stored. */
export function toStored(document: Document, indexed: readonly IndexedPath[], outbox: readonly OutboxEntry[]): Stored {
  const stored: Record<string, unknown> = { _id: document.key };
  for (const field in document) {
    if (field !== 'key') stored[field] = document[field as keyof Document];
  }
  const copies: Record<string, unknown> = {};
  let copied = false;
  for (const { segments, copy } of indexed) {
    const value = scalarAt(document, segments);
    if (value === undefined) continue;
    copies[copy.slice('_x.'.length)] = value;
    copied = true;
  }
  if (copied) stored._x = copies;
  if (outbox.length > 0) stored._out = outbox;
  return stored as Stored;
}

/** A document that is over the limit in BSON, though not in JSON, is marked: the validator lets it be, and lets it not grow. */
export function marked(stored: Stored, jsonBytes: number): Stored {
  if (jsonBytes < NEVER_WIDE) return stored;
  const bytes = BSON.calculateObjectSize(stored, { ignoreUndefined: true });
  return bytes <= MAX_DOCUMENT_BYTES ? stored : { ...stored, _wide: bytes + WIDE_BYTES };
}

/** The document that was stored. */
export function fromStored<D extends Document>(stored: Stored): D {
  const document: Record<string, unknown> = { key: stored._id };
  for (const field in stored) {
    if (field.charCodeAt(0) !== UNDERSCORE) document[field] = stored[field];
  }
  return document as unknown as D;
}

const UNDERSCORE = 95;
