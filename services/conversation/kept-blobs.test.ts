import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { openFileBlobs } from '#lib/blobs/files.ts';
import { BlobMissing } from '#lib/blobs/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { temporaryFolder } from '#testing/folders.ts';
import { KeptBlobs, keptBlobCollection } from './kept-blobs.ts';

describe('blobs that are kept for a time', () => {
  it("are read back, are their owners' own, and go when their time is over", async () => {
    await using folder = await temporaryFolder();
    const log = createLogger({ level: 'silent' });
    const clock = { time: 1_000, now: () => clock.time };
    await using blobs = await openFileBlobs(`${folder.path}/blobs`);
    await using store = await openSqliteStore({ file: `${folder.path}/s.sqlite`, clock, log });
    const documents = store.collection(keptBlobCollection);
    using kept = new KeptBlobs({ blobs, kept: documents, clock, log, sweepMs: 5 });
    const content = Uint8Array.from([1, 2, 3]);
    const mine = await kept.keep('me', content, 2_000);
    const yours = await kept.keep('you', content, 5_000);
    expect(mine.blob).not.to.equal(yours.blob);
    expect([...(await kept.read(mine))]).to.deep.equal([1, 2, 3]);
    clock.time = 3_000;
    while (await documents.get(mine.blob)) await sleep(5);
    expect(await kept.read(mine).catch((error: unknown) => error)).to.be.instanceOf(BlobMissing);
    expect([...(await kept.read(yours))]).to.deep.equal([1, 2, 3]);
  });
});
