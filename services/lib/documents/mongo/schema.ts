import { createHash } from 'node:crypto';
import type { IndexDescription } from 'mongodb';
import { copyOf, type IndexedPath } from '#lib/documents/mongo/stored.ts';
import { isIdentifier, parseFields } from '#lib/documents/paths.ts';
import type { CollectionSpec, Document, IndexSpec, Path } from '#lib/documents/port.ts';
import { MAX_DOCUMENT_BYTES } from '#lib/documents/values.ts';

/** Finds documents with something to tell; its order is that of their oldest entries. */
export const UNTOLD = '_untold';
/** Finds what has expired. */
export const EXPIRING = '_expiring';

/**
 * Refuses what a change made too large: the one place where the size after a change is known before it is kept. What is ours
 * does not count.
 */
export const VALIDATOR = {
  $expr: {
    $lte: [
      { $subtract: [{ $bsonSize: '$$ROOT' }, { $bsonSize: { out: '$_out', x: '$_x' } }] },
      { $max: [MAX_DOCUMENT_BYTES, '$_wide'] },
    ],
  },
};

/** An index as MongoDB has it. */
export interface DatabaseIndex extends IndexDescription {
  readonly name: string;
  readonly key: Readonly<Record<string, 1>>;
}

/** Throws `TypeError` for names and paths that break the port's rules. */
export function databaseIndexes(spec: CollectionSpec<Document>): readonly DatabaseIndex[] {
  if (!isIdentifier(spec.name)) throw new TypeError(`not a name for a collection: ${JSON.stringify(spec.name)}`);
  const indexes = spec.indexes.map(databaseIndex);
  indexes.push({ name: UNTOLD, key: { '_out.id': 1 }, sparse: true });
  if (spec.expiry !== undefined) {
    indexes.push({ name: EXPIRING, key: { [copyOf(parseFields(spec.expiry))]: 1 }, sparse: true });
  }
  return indexes;
}

/** An index in which a document is that has the first path. A unique one needs no key at its end: no two entries are equal. */
export function databaseIndex(index: IndexSpec): DatabaseIndex {
  if (!isIdentifier(index.name) || index.name === 'key' || index.paths.length === 0) {
    throw new TypeError(`not an index: ${JSON.stringify(index.name)}`);
  }
  const copies = index.paths.map((path) => copyOf(parseFields(path)));
  const key: Record<string, 1> = {};
  for (const copy of copies) key[copy] = 1;
  if (!index.unique) key._id = 1;
  const partialFilterExpression = { [copies[0] as string]: { $exists: true } };
  return { name: nameOf(index), key, partialFilterExpression, ...(index.unique && { unique: true }) };
}

/** Every path that has a copy. */
export function indexedPaths(spec: CollectionSpec<Document>): readonly IndexedPath[] {
  const paths = new Set<Path>(spec.indexes.flatMap((index) => index.paths));
  if (spec.expiry !== undefined) paths.add(spec.expiry);
  return [...paths].map((path) => {
    const segments = parseFields(path);
    return { segments, copy: copyOf(segments) };
  });
}

/** An index that is declared otherwise is another index: while replicas of two versions run, each has its own. */
function nameOf({ name, paths, unique }: IndexSpec): string {
  const declared = JSON.stringify([paths, unique === true]);
  return `${name}_${createHash('sha256').update(declared).digest('hex').slice(0, 8)}`;
}
