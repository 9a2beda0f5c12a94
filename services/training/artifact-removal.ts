import type { BlobStore } from '#lib/blobs/port.ts';
import type { Clock } from '#lib/clock.ts';
import type { Collection } from '#lib/documents/port.ts';
import { below } from './names.ts';
import type { ReleaseRecord } from './releases.ts';

/** The artifacts of so many newest releases stay, whatever became of them. */
const KEPT = 3;
/** A superseded artifact stays so long: a replica may be fetching it, or a question being answered from it. */
const GRACE_MS = 10 * 60_000;

export interface ArtifactRemovalParts {
  readonly releases: Collection<ReleaseRecord>;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

/** Removes the artifacts and snapshots of releases that were superseded. To be called with the lease of the assistant. */
export async function removeSuperseded(
  assistant: string,
  active: string,
  { releases, blobs, clock }: ArtifactRemovalParts,
): Promise<void> {
  const page = await releases.find({ index: 'key', range: below(assistant), order: 'descending', limit: 100 });
  const kept = new Set(page.documents.filter(({ artifact }) => artifact === 'kept').map(({ key }) => key));
  for (const release of superseded(page.documents, `${assistant}/${active}`, clock.now())) {
    await releases.update(release.key, {}, { set: { artifact: 'removed' } });
    kept.delete(release.key);
    const others = page.documents.filter(({ key }) => kept.has(key));
    if (!others.some((other) => other.artifactSha256 === release.artifactSha256))
      await blobs.remove(release.artifactSha256);
    if (!others.some((other) => other.snapshotSha256 === release.snapshotSha256))
      await blobs.remove(release.snapshotSha256);
  }
}

/** Of releases, the newest first, those whose artifacts may go: retired, or never activated. */
export function superseded(releases: readonly ReleaseRecord[], activeKey: string, now: number): ReleaseRecord[] {
  const kept = releases.filter(({ artifact, key }) => artifact === 'kept' && key !== activeKey);
  return kept.slice(KEPT - 1).filter(({ retireTime, createTime }) => (retireTime ?? createTime) <= now - GRACE_MS);
}
