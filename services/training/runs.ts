import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';

/** What became of one training run. Its key is `{assistant}/{run}`; kept for 30 days. */
export interface RunRecord extends Document {
  readonly assistant: string;
  readonly epoch: number;
  readonly outcome: 'running' | 'released' | 'unchanged' | 'failed';
  readonly importCount: number;
  readonly startTime: number;
  readonly endTime?: number;
  readonly release?: string;
  /** Finds the cause in the log. */
  readonly failureId?: string;
  readonly expireTime: number;
}

export const RUN_KEPT_MS = 30 * 24 * 3_600_000;

export function runsIn(store: DocumentStore): Collection<RunRecord> {
  return store.collection<RunRecord>({ name: 'runs', indexes: [], expiry: 'expireTime' });
}
