import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';
import type { Lease } from './leases.ts';

/** An assistant as it is stored. Its key is its id. */
export interface AssistantRecord extends Document {
  readonly displayName: string;
  readonly description: string;
  readonly persona: string;
  readonly languages: readonly string[];
  readonly sampleQuestions: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  /** The caller's realm and request_id; absent where none was given. */
  readonly request?: string;
  /** Hash of the request that made it. */
  readonly requestHash: string;
  /** The release that answers now: the one place that says so. */
  readonly active?: ActiveRelease;
  /** Who runs the training of this assistant. */
  readonly lease: Lease;
  /** There while the example data that it came with are not all imported. */
  readonly loading?: string;
}

export interface ActiveRelease {
  /** The last part of the release's name. */
  readonly release: string;
  readonly snapshotSha256: string;
  readonly time: number;
}

/** All by `key`; `request` holds what was made by a repeatable request, `loading` what the example data are not through with. */
export function assistantsIn(store: DocumentStore): Collection<AssistantRecord> {
  return store.collection<AssistantRecord>({
    name: 'assistants',
    indexes: [
      { name: 'request', paths: ['request'], unique: true },
      { name: 'loading', paths: ['loading'] },
    ],
  });
}
