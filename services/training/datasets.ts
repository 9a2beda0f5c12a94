import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';

/** A dataset as it is stored. Its key is `{assistant}/{dataset}`. */
export interface DatasetRecord extends Document {
  readonly assistant: string;
  /** Counted anew by each training run. */
  readonly exampleCount: number;
  readonly documentCount: number;
  readonly createTime: number;
  readonly updateTime: number;
}

export function datasetsIn(store: DocumentStore): Collection<DatasetRecord> {
  return store.collection<DatasetRecord>({ name: 'datasets', indexes: [] });
}
