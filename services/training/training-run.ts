import { BlobCorrupt, BlobMissing, type BlobStore } from '#lib/blobs/port.ts';
import type { Clock } from '#lib/clock.ts';
import type { Collection } from '#lib/documents/port.ts';
import type { Ids } from '#lib/ids.ts';
import { FORMAT_VERSION } from '#lib/retrieval/sections.ts';
import type { Thread } from '#lib/threads/thread.ts';
import { releaseActivated } from './activation.ts';
import type { AssistantRecord } from './assistants.ts';
import type { DatasetRecord } from './datasets.ts';
import type { HeldLease } from './leases.ts';
import type { ReleaseRecord } from './releases.ts';
import { scanBelow } from './scan.ts';
import { headLine } from './snapshot.ts';
import { type DatasetCounts, snapshotPages } from './snapshot-source.ts';
import type { MaterialCollections } from './stored-material.ts';
import type { SealedSnapshot } from './threads/release.worker.ts';

export interface TrainingRunParts extends MaterialCollections {
  readonly datasets: Collection<DatasetRecord>;
  readonly releases: Collection<ReleaseRecord>;
  readonly blobs: BlobStore;
  readonly thread: Thread;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** The release that holds all that was approved when the run began. */
export interface RunResult {
  readonly outcome: 'released' | 'unchanged';
  /** The last part of the release's name. */
  readonly release: string;
}

/**
 * One run: snapshot, index, release, activation. A run that breaks off leaves nothing that counts: the next one begins
 * anew and comes to the same release. Throws `LeaseLost` when another process took over.
 */
export async function trainingRun(lease: HeldLease<AssistantRecord>, parts: TrainingRunParts): Promise<RunResult> {
  const assistant = lease.record;
  const { thread, ids, clock } = parts;
  const job = ids.random();
  using _held = thread.hold();
  try {
    const counts = await sendSnapshot(job, assistant, parts);
    await keepCounts(assistant.key, counts.datasets, parts.datasets);
    const { sha256 } = await thread.ask<SealedSnapshot>('seal', job);
    const active = assistant.active;
    if (active?.snapshotSha256 === sha256 && (await isReadable(assistant.key, active.release, parts))) {
      return { outcome: 'unchanged', release: active.release };
    }
    const release =
      (await findRelease(assistant.key, sha256, parts)) ??
      (await makeRelease(job, assistant.key, sha256, counts, parts));
    const now = clock.now();
    const { outbox } = releaseActivated(assistant.key, release, active?.release, now, ids);
    // The assistant's one pointer moves, and tells of it, in one write.
    await lease.update({}, { set: { active: { release, snapshotSha256: sha256, time: now } } }, { outbox });
    await parts.releases.update(
      `${assistant.key}/${release}`,
      {},
      { set: { activateTime: now }, unset: ['retireTime'] },
    );
    if (active !== undefined && active.release !== release) {
      await parts.releases.update(
        `${assistant.key}/${active.release}`,
        {},
        {
          set: { activateTime: active.time, retireTime: now },
        },
      );
    }
    return { outcome: 'released', release };
  } finally {
    await thread.ask('close', job).catch(() => undefined);
  }
}

interface SnapshotCounts {
  readonly datasets: ReadonlyMap<string, DatasetCounts>;
  readonly examples: number;
  readonly passages: number;
}

/** Sends the snapshot to the thread page by page; the thread's pace is that of the store's reading. */
async function sendSnapshot(job: string, assistant: AssistantRecord, parts: TrainingRunParts): Promise<SnapshotCounts> {
  const datasets = new Map<string, DatasetCounts>();
  let examples = 0;
  let all = 0;
  await parts.thread.ask('add', { job, lines: [headLine(assistant)] });
  for await (const { lines, exampleCount } of snapshotPages(assistant.key, parts, datasets)) {
    await parts.thread.ask('add', { job, lines });
    examples += exampleCount;
    all += lines.length;
  }
  return { datasets, examples, passages: all - examples };
}

async function keepCounts(
  assistant: string,
  counted: ReadonlyMap<string, DatasetCounts>,
  datasets: Collection<DatasetRecord>,
): Promise<void> {
  for await (const page of scanBelow(datasets, assistant)) {
    for (const { key, exampleCount, documentCount } of page) {
      const counts = counted.get(key) ?? { exampleCount: 0, documentCount: 0 };
      if (counts.exampleCount === exampleCount && counts.documentCount === documentCount) continue;
      await datasets.update(key, {}, { set: { ...counts } });
    }
  }
}

async function isReadable(assistant: string, release: string, parts: TrainingRunParts): Promise<boolean> {
  const record = await parts.releases.get(`${assistant}/${release}`);
  if (record?.format !== FORMAT_VERSION || record.artifact !== 'kept') return false;
  return isWhole(record.artifactSha256, parts.blobs);
}

/** Reads all of a blob. One that is damaged is removed, so that it can be stored anew. */
async function isWhole(sha256: string, blobs: BlobStore): Promise<boolean> {
  try {
    for await (const _ of blobs.read(sha256));
    return true;
  } catch (error) {
    if (error instanceof BlobCorrupt) await blobs.remove(sha256);
    else if (!(error instanceof BlobMissing)) throw error;
    return false;
  }
}

/** A release that was made of the same data before and can still be fetched. */
async function findRelease(assistant: string, sha256: string, parts: TrainingRunParts): Promise<string | undefined> {
  const page = await parts.releases.find({
    index: 'snapshot',
    equal: [assistant, sha256],
    order: 'descending',
    limit: 10,
  });
  for (const { key, artifactSha256 } of page.documents) {
    // The same write keeps it from being cleared away meanwhile.
    const usable = { artifact: { eq: 'kept' }, format: { eq: FORMAT_VERSION } };
    const kept = await parts.releases.update(key, usable, { unset: ['retireTime'] });
    if (kept.ok && (await isWhole(artifactSha256, parts.blobs))) return key.slice(assistant.length + 1);
  }
  return undefined;
}

async function makeRelease(
  job: string,
  assistant: string,
  snapshotSha256: string,
  counts: SnapshotCounts,
  { thread, blobs, releases, clock, ids }: TrainingRunParts,
): Promise<string> {
  await blobs.put(await thread.ask<Uint8Array>('snapshot', job));
  const artifact = await thread.ask<Uint8Array>('build', job);
  const artifactSize = artifact.length;
  const artifactSha256 = await blobs.put(artifact);
  const now = clock.now();
  const release = ids.ordered(now);
  await releases.insert({
    key: `${assistant}/${release}`,
    assistant,
    snapshotSha256,
    artifactSha256,
    artifactSize,
    format: FORMAT_VERSION,
    exampleCount: counts.examples,
    passageCount: counts.passages,
    createTime: now,
    artifact: 'kept',
  });
  return release;
}
