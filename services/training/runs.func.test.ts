import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { ReleaseActivatedSchema } from '#gen/otvet/training/v1/events_pb.ts';
import { Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { Release_State } from '#gen/otvet/training/v1/release_pb.ts';
import { reasonOf, startHarness } from './training.harness.ts';

const table = (from: number, to: number) =>
  `question,answer\n${Array.from({ length: to - from }, (_, i) => `How is thing number ${from + i}?,Fine ${from + i}.\n`).join('')}`;

describe('training runs and releases', () => {
  it('join imports that overlap into one release', async () => {
    await using training = await startHarness();
    await training.createAssistant();
    const files = ['a', 'b', 'c', 'd'].map((name, i) => training.import(`${name}.csv`, table(i * 50, i * 50 + 50)));
    const done = await Promise.all(files);
    expect(new Set(done.map(({ release }) => release))).to.have.property('size', 1);
    const { releases } = await training.releases.listReleases({ parent: 'assistants/bank' }, training.owner);
    expect(releases).to.have.length(1);
    expect(releases[0]).to.include({ state: Release_State.ACTIVE, exampleCount: 200, name: done[0]?.release });
  });

  it('retire a release when the next one takes its place, and keep its artifact', async () => {
    await using training = await startHarness();
    await training.createAssistant();
    const one = await training.import('a.csv', table(0, 1));
    const two = await training.import('b.csv', table(1, 2));
    const { releases } = await training.releases.listReleases({ parent: 'assistants/bank' }, training.owner);
    expect(releases.map(({ name, state }) => [name, state])).to.deep.equal([
      [two.release, Release_State.ACTIVE],
      [one.release, Release_State.RETIRED],
    ]);
    expect((await training.openRelease(one.release)).header.exampleCount).to.equal(1);
    expect((await training.openRelease(two.release)).header.exampleCount).to.equal(2);
  });

  it('tell of each activation in the feed', async () => {
    await using training = await startHarness();
    await training.createAssistant();
    const one = await training.import('a.csv', table(0, 1));
    const two = await training.import('b.csv', table(1, 2));
    const told: [string, string][] = [];
    for await (const { events } of training.feed.followFeed({})) {
      for (const event of events) {
        expect(event).to.include({
          source: 'training',
          subject: 'assistants/bank',
          type: ReleaseActivatedSchema.typeName,
        });
        const { release, previousRelease } = fromBinary(ReleaseActivatedSchema, event.data);
        told.push([release, previousRelease]);
      }
      if (told.length === 2) break;
    }
    expect(told).to.deep.equal([
      [one.release, ''],
      [two.release, one.release],
    ]);
  });

  it('give artifacts to conversation only', async () => {
    await using training = await startHarness();
    await training.createAssistant();
    const { release } = await training.import('a.csv', table(0, 1));
    const fetch = async () => {
      for await (const _ of training.releases.fetchArtifact({ name: release }, training.owner));
    };
    expect(await reasonOf(fetch())).to.equal('CALLER_NOT_ALLOWED');
    const name = 'assistants/bank/releases/none';
    expect(await reasonOf(training.releases.getRelease({ name }, training.owner))).to.equal('RELEASE_NOT_FOUND');
  });

  for (const [what, spoil] of [
    ['lost', (file: string) => rm(file)],
    ['damaged', async (file: string) => writeFile(file, (await readFile(file)).fill(0x2a))],
  ] as const) {
    it(`tell of an artifact that is ${what}, and make a new one when the same data come again`, async () => {
      await using training = await startHarness();
      await training.createAssistant();
      const { release } = await training.import('a.csv', table(0, 3));
      const blobs = (await readdir(training.dataDir, { recursive: true })).filter((name) =>
        /[\\/][0-9a-f]{64}$/.test(name),
      );
      expect(blobs).not.to.deep.equal([]);
      for (const blob of blobs) await spoil(join(training.dataDir, blob));
      expect(await reasonOf(training.openRelease(release))).to.equal('RELEASE_ARTIFACT_LOST');
      expect(await training.import('a.csv', table(0, 3))).to.include({ state: Import_State.RELEASED });
      expect((await training.activeRelease()).header.exampleCount).to.equal(3);
    });
  }

  it('are taken up after a restart in the midst of an import: nothing lost, nothing doubled', async () => {
    const first = await startHarness();
    await first.createAssistant();
    const begun = await first.beginImport('a.csv', table(0, 3_000));
    const waiting = await first.beginImport('b.csv', table(3_000, 3_010));
    await first.stop(0);
    const second = await startHarness({ dataDir: first.dataDir });
    try {
      const done = await second.settled(begun);
      expect(done).to.include({
        state: Import_State.RELEASED,
        rowCount: 3_000,
        acceptedCount: 3_000,
        rejectedCount: 0,
      });
      expect(await second.settled(waiting)).to.include({ state: Import_State.RELEASED });
      expect((await second.activeRelease()).header.exampleCount).to.equal(3_010);
    } finally {
      await second.stop();
      await rm(first.dataDir, { recursive: true });
    }
  });

  it('are taken up after a restart between reading and release', async () => {
    const first = await startHarness();
    await first.createAssistant();
    const begun = await first.beginImport('a.csv', table(0, 10));
    for (;;) {
      const { import: found } = await first.imports.getImport({ name: begun.name }, first.owner);
      if (found?.state !== Import_State.READING) break;
    }
    await first.stop(0);
    const second = await startHarness({ dataDir: first.dataDir });
    try {
      expect(await second.settled(begun)).to.include({ state: Import_State.RELEASED });
      expect((await second.activeRelease()).header.exampleCount).to.equal(10);
    } finally {
      await second.stop();
      await rm(first.dataDir, { recursive: true });
    }
  });
});
