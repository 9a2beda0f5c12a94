import type { Collection } from '#lib/documents/port.ts';
import { FORMAT_VERSION } from '#lib/retrieval/sections.ts';
import type { AssistantRecord } from './assistants.ts';
import type { ImportRecord } from './imports.ts';
import type { ReleaseRecord } from './releases.ts';
import { scanEqual } from './scan.ts';
import type { Trainer } from './trainer.ts';

export interface ResumingParts {
  readonly assistants: Collection<AssistantRecord>;
  readonly imports: Collection<ImportRecord>;
  readonly releases: Collection<ReleaseRecord>;
}

/**
 * Takes up the training that an earlier process left: its leases are void, since this store has one process at a time;
 * imports that wait get their run; and what this program cannot read any more gets a release that it can.
 */
export async function resumeTraining(
  trainer: Trainer,
  { assistants, imports, releases }: ResumingParts,
): Promise<void> {
  for await (const { key, lease, active } of scanEqual(assistants, 'key', [])) {
    if (lease.until > 0) await assistants.update(key, {}, { set: { 'lease.until': 0 } });
    const release = active === undefined ? undefined : await releases.get(`${key}/${active.release}`);
    if (active !== undefined && release?.format !== FORMAT_VERSION) trainer.wake(key, true);
  }
  const waiting = new Set<string>();
  for await (const { assistant } of scanEqual(imports, 'state', ['training'])) waiting.add(assistant);
  for (const assistant of waiting) trainer.wake(assistant);
}
