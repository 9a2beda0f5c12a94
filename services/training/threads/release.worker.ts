import { createHash } from 'node:crypto';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { ReleaseBuilder } from '#lib/retrieval/build.ts';
import { answer, Moved } from '#lib/threads/answering.ts';
import type { SnapshotHead } from '../snapshot.ts';

export interface SnapshotLines {
  readonly job: string;
  readonly lines: readonly string[];
}

/** What a snapshot is once all its lines are there. */
export interface SealedSnapshot {
  readonly sha256: string;
}

interface Growing {
  readonly parts: Buffer[];
  sealed?: { readonly bytes: Buffer; readonly sha256: string };
}

const open = new Map<string, Growing>();

answer({
  add: ({ job, lines }: SnapshotLines) => {
    const growing = open.get(job) ?? { parts: [] };
    open.set(job, growing);
    if (lines.length > 0) growing.parts.push(Buffer.from(`${lines.join('\n')}\n`));
  },
  seal: (job: string): SealedSnapshot => {
    const growing = opened(job);
    const bytes = Buffer.concat(growing.parts.splice(0));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    growing.sealed = { bytes, sha256 };
    return { sha256 };
  },
  snapshot: (job: string) => {
    const copy = new Uint8Array(sealed(job).bytes);
    return new Moved(copy, [copy.buffer]);
  },
  build: (job: string) => {
    const artifact = buildRelease(sealed(job).bytes, sealed(job).sha256);
    return new Moved(artifact, [artifact.buffer as ArrayBuffer]);
  },
  close: (job: string) => {
    open.delete(job);
  },
});

/** The artifact of a snapshot, and of nothing else: the same snapshot makes the same artifact. */
function buildRelease(snapshot: Buffer, snapshotSha256: string): Uint8Array {
  let builder: ReleaseBuilder | undefined;
  for (let start = 0; start < snapshot.length; ) {
    const end = snapshot.indexOf(0x0a, start);
    const line: unknown = JSON.parse(snapshot.toString('utf8', start, end));
    if (builder === undefined) {
      const { snapshot: _, ...head } = line as SnapshotHead;
      builder = new ReleaseBuilder({ ...head, snapshotSha256 });
    } else {
      builder.add(line as Passage);
    }
    start = end + 1;
  }
  if (builder === undefined) throw new Error('a snapshot has a first line');
  return builder.finish();
}

function opened(job: string): Growing {
  const growing = open.get(job);
  if (growing === undefined) throw new Error('no such snapshot');
  return growing;
}

function sealed(job: string): { readonly bytes: Buffer; readonly sha256: string } {
  const { sealed } = opened(job);
  if (sealed === undefined) throw new Error('the snapshot is not sealed');
  return sealed;
}
