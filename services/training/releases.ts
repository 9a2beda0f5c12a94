import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';

/** A release as stored. Its key is `{assistant}/{release}`; ids order by time. Its assistant says whether it is active. */
export interface ReleaseRecord extends Document {
  readonly assistant: string;
  readonly snapshotSha256: string;
  readonly artifactSha256: string;
  /** In bytes. */
  readonly artifactSize: number;
  /** The format of the artifact: a program that reads another one needs another release. */
  readonly format: number;
  readonly exampleCount: number;
  readonly passageCount: number;
  readonly createTime: number;
  /** When it was last activated; absent for a candidate. */
  readonly activateTime?: number;
  /** When another took its place; absent while it is active. */
  readonly retireTime?: number;
  /** Whether the artifact can be fetched. */
  readonly artifact: 'kept' | 'removed';
}

/** `snapshot`: what was made of the same data. */
export function releasesIn(store: DocumentStore): Collection<ReleaseRecord> {
  return store.collection<ReleaseRecord>({
    name: 'releases',
    indexes: [{ name: 'snapshot', paths: ['assistant', 'snapshotSha256'] }],
  });
}
