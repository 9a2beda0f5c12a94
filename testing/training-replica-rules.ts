import { resolve } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { ReleaseActivatedSchema } from '#gen/otvet/training/v1/events_pb.ts';
import { Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { openFileBlobs } from '#lib/blobs/files.ts';
import type { BlobStore } from '#lib/blobs/port.ts';
import { systemClock } from '#lib/clock.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { temporaryFolder } from '#testing/folders.ts';
import { PausableStore } from '#testing/pausable-store.ts';
import { runsIn } from '../services/training/runs.ts';
import { startHarness } from '../services/training/training.harness.ts';

const LEASE_MS = 600;

const table = (from: number, to: number) =>
  `question,answer\n${Array.from({ length: to - from }, (_, i) => `How is thing number ${from + i}?,Fine ${from + i}.\n`).join('')}`;

/** What a trainer keeps its data in. */
export interface SharedParts {
  readonly store: DocumentStore;
  readonly blobs: BlobStore;
}

/** Opens the way of one more replica to a store that all share, and to their blobs. They are closed with `started`. */
export type OpenShared = (started: AsyncDisposableStack) => Promise<SharedParts>;

/** Files in a folder, opened once. */
async function inFiles(started: AsyncDisposableStack): Promise<OpenShared> {
  const folder = started.use(await temporaryFolder());
  const log = createLogger({ level: 'silent' });
  const file = folder.file('training.sqlite');
  const store = started.use(await openSqliteStore({ file, clock: systemClock, log }));
  const blobs = await openFileBlobs(folder.file('blobs'));
  return async () => ({ store, blobs });
}

/** Two trainers on one store and one blob store. */
async function startReplicas(openShared: OpenShared | undefined, examplesDir?: string) {
  await using started = new AsyncDisposableStack();
  const open = openShared ?? (await inFiles(started));
  const startOne = async () => {
    const shared = await open(started);
    const store = new PausableStore(shared.store);
    const parts = { store, blobs: shared.blobs, leaseMs: LEASE_MS, takeUpMs: 100 };
    const harness = await startHarness({ parts, ...(examplesDir === undefined ? {} : { examplesDir }) });
    started.use(harness);
    started.defer(() => store.wake());
    return Object.assign(harness, { store, shared: shared.store });
  };
  const [a, b] = await Promise.all([startOne(), startOne()]);
  const parts = started.move();
  const runs = async () => (await runsIn(a.shared).find({ index: 'key', limit: 100 })).documents;
  return { a, b, runs, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

type Replica = Awaited<ReturnType<typeof startReplicas>>['a'];

const releasesOf = async (replica: Replica, assistant = 'bank') =>
  (await replica.releases.listReleases({ parent: `assistants/${assistant}` }, replica.owner)).releases;

/** What holds for two trainers, on whatever store. `openShared`: unset for files. */
export function trainerRules(openShared?: OpenShared): void {
  it('read and train what the other accepted when that has died', async () => {
    await using replicas = await startReplicas(openShared);
    const { a, b } = replicas;
    await a.createAssistant();
    const begun = await a.beginImport('a.csv', table(0, 600));
    a.store.pause();
    expect(await b.settled(begun)).to.include({ state: Import_State.RELEASED, acceptedCount: 600, rejectedCount: 0 });
    expect((await b.activeRelease()).header.exampleCount).to.equal(600);
  });

  it('train what the other has read when that has died', async () => {
    await using replicas = await startReplicas(openShared);
    const { a, b } = replicas;
    await a.createAssistant();
    const begun = await a.beginImport('a.csv', table(0, 300));
    for (let state: Import_State = Import_State.READING; state === Import_State.READING; )
      state = (await a.imports.getImport({ name: begun.name }, a.owner)).import?.state ?? state;
    a.store.pause();
    expect(await b.settled(begun)).to.include({ state: Import_State.RELEASED });
    const releases = await releasesOf(b);
    a.store.wake();
    // What the first had begun changes nothing when it wakes.
    const later = await b.import('b.csv', table(300, 310));
    expect((await a.activeRelease()).header.exampleCount).to.equal(310);
    expect(await releasesOf(a)).to.have.length(releases.length + 1);
    expect((await releasesOf(a))[0]?.name).to.equal(later.release);
  });

  it('take imports at the same time and end with one release that holds all, activated in order', async () => {
    await using replicas = await startReplicas(openShared);
    const { a, b } = replicas;
    await a.createAssistant();
    const done = await Promise.all(
      [a, b, a, b].map((replica, i) => replica.import(`${i}.csv`, table(i * 40, i * 40 + 40))),
    );
    for (const each of done) expect(each).to.include({ state: Import_State.RELEASED, acceptedCount: 40 });
    expect((await b.activeRelease()).header.exampleCount).to.equal(160);
    const told: [string, string][] = [];
    for await (const { events } of b.feed.followFeed({})) {
      for (const { data } of events) {
        const { release, previousRelease } = fromBinary(ReleaseActivatedSchema, data);
        told.push([release, previousRelease]);
      }
      if (told.length >= (await releasesOf(a)).length) break;
    }
    told.forEach(([, previous], i) => {
      expect(previous).to.equal(told[i - 1]?.[0] ?? '');
    });
  });

  it('run once for one import, whoever looks', async () => {
    await using replicas = await startReplicas(openShared);
    const { a, b, runs } = replicas;
    await a.createAssistant();
    for (const [i, replica] of [a, b, a].entries()) {
      await replica.import(`${i}.csv`, table(i * 20, i * 20 + 20));
      expect((await runs()).map(({ importCount }) => importCount)).to.deep.equal(
        Array.from({ length: i + 1 }, () => 1),
      );
    }
  });

  it('take the same request at the same time as one import, and equal files of different ones as two', async () => {
    await using replicas = await startReplicas(openShared);
    const { a, b } = replicas;
    await a.createAssistant();
    const same = await Promise.all([a, b].map((replica) => replica.import('a.csv', table(0, 9), { requestId: 'r' })));
    expect(new Set(same.map(({ name }) => name)).size).to.equal(1);
    const equal = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 ? a : b).import('a.csv', table(0, 9), { datasetId: `d${i}` })),
    );
    for (const each of equal) expect(each).to.include({ state: Import_State.RELEASED, failureMessage: '' });
  });

  it('load the example data once when they start together on an empty store', async () => {
    await using replicas = await startReplicas(openShared, resolve(import.meta.dirname, '../examples'));
    const { a, b } = replicas;
    const { imports } = await a.imports.listImports({ parent: 'assistants/lastochka' }, a.owner);
    expect(imports).to.have.length(13);
    for (const each of imports) expect(await b.settled(each)).to.include({ state: Import_State.RELEASED });
    const { assistants } = await b.assistants.listAssistants({}, b.owner);
    expect(assistants).to.have.length(1);
    expect((await a.activeRelease('lastochka')).header.exampleCount).to.be.at.least(120);
  });
}
