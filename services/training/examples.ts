import { createHash } from 'node:crypto';
import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';

/** A question and its answer as stored. Its key is `{assistant}/{dataset}/{example}`. */
export interface ExampleRecord extends Document {
  /** `{assistant}/{dataset}`. */
  readonly dataset: string;
  readonly question: string;
  readonly answer: string;
  readonly locale: string;
  readonly tags: readonly string[];
  readonly state: 'draft' | 'approved' | 'rejected';
  readonly provenance: { readonly import: string; readonly file: string; readonly row: number };
}

export function examplesIn(store: DocumentStore): Collection<ExampleRecord> {
  return store.collection<ExampleRecord>({ name: 'examples', indexes: [] });
}

/** The id of an example: the same question in the same language is the same example, however it is spaced or capitalised. */
export function exampleId(question: string, locale: string): string {
  const same = question.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
  return createHash('sha256').update(`${locale.toLowerCase()}\n${same}`).digest('hex').slice(0, 24);
}
