import { createHash } from 'node:crypto';
import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';

/** A document as stored. Its key is `{assistant}/{dataset}/{document}`. */
export interface DocumentRecord extends Document {
  /** `{assistant}/{dataset}`. */
  readonly dataset: string;
  readonly title: string;
  readonly locale: string;
  /** SHA-256 of its text, hexadecimal. */
  readonly version: string;
  readonly passageCount: number;
  /** The import whose passages are those of this version: the one switch between old and new. */
  readonly edition: string;
  readonly file: string;
}

/** A piece of a document. Its key is `{document key}/{edition}/{ordinal, six digits}`. */
export interface PassageRecord extends Document {
  /** The headings above it. */
  readonly locator: string;
  readonly text: string;
}

export function documentsIn(store: DocumentStore): Collection<DocumentRecord> {
  return store.collection<DocumentRecord>({ name: 'documents', indexes: [] });
}

export function passagesIn(store: DocumentStore): Collection<PassageRecord> {
  return store.collection<PassageRecord>({ name: 'passages', indexes: [] });
}

/** The id of a document: a file of the same path in the same dataset is the same document. */
export function documentId(file: string): string {
  const path = file
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '');
  return createHash('sha256').update(path).digest('hex').slice(0, 24);
}

export function passageKey(document: string, edition: string, ordinal: number): string {
  return `${document}/${edition}/${String(ordinal).padStart(6, '0')}`;
}
