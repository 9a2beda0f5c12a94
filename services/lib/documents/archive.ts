import type { CollectionSpec, Document, OutboxEntry } from '#lib/documents/port.ts';
import { encodeDocument } from '#lib/documents/values.ts';

/**
 * The back door of a database of one service, for moving all of it elsewhere while the service is stopped. Services never get
 * one: they work through the port.
 */
export interface DocumentArchive extends AsyncDisposable {
  /** What is there, by name. */
  collections(): Promise<readonly StoredCollection[]>;
  /** Every document as it lies there, tombstones and what has expired included, in the order of their keys' bytes. */
  dump(collection: string): AsyncIterable<StoredDocument>;
  /** Declares the collection and puts these documents as they are, in place of those with the same keys; durable when it resolves. */
  restore(spec: CollectionSpec<Document>, documents: readonly StoredDocument[]): Promise<void>;
}

export interface StoredCollection {
  readonly spec: CollectionSpec<Document>;
  readonly documents: number;
}

/** A document with what services do not see of it. */
export interface StoredDocument {
  readonly document: Document;
  /** What was not told yet, oldest first. */
  readonly outbox: readonly OutboxEntry[];
  /** A tombstone: absent for services, there until its entries are told; no more than a key. */
  readonly deleted: boolean;
}

/**
 * The one text of a stored document, whatever database it was read from: JSON with fields in the order of their names. Throws
 * `TypeError` for what no document may hold.
 */
export function canonicalText({ document, outbox, deleted }: StoredDocument): string {
  encodeDocument(document);
  const rest = { ...(outbox.length > 0 ? { outbox } : {}), ...(deleted ? { deleted } : {}) };
  return JSON.stringify({ document, ...rest }, inOrder);
}

/** Puts the fields of plain objects in the order of their names. */
function inOrder(_field: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Orders keys as databases do: by the bytes of their UTF-8. */
export function compareKeys(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
