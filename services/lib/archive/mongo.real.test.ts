import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { archiveOf, embedded, fill, lives, restoreInto } from '#lib/archive/fixture.ts';
import type { StoreConfig } from '#lib/documents/open.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';

describe('an archive and MongoDB', function () {
  this.timeout(60_000);
  let server: RealServer;
  let folder: string;
  let count = 0;
  before(async function () {
    server = await startOrSkip(this, startMongo);
    folder = await mkdtemp(join(tmpdir(), 'otvet-archive-'));
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const emptyFolder = (): Promise<string> => mkdtemp(join(folder, 'data-'));
  const emptyDatabase = (): StoreConfig => ({ dataDir: folder, mongodbUrl: `${server.url}archive${count++}` });

  it('goes from files to the database and back, and is the same', async () => {
    await fc.assert(
      fc.asyncProperty(lives, lives, fc.array(fc.uint8Array(), { maxLength: 2 }), async (red, blue, blobs) => {
        const [from, to, database] = [await emptyFolder(), await emptyFolder(), emptyDatabase()];
        await fill(from, 'red', red);
        await fill(from, 'blue', blue, blobs);
        const archive = await archiveOf(embedded(from));
        await restoreInto(database, archive);
        const copy = await archiveOf(database);
        expect(copy).to.deep.equal(archive);
        await restoreInto(embedded(to), copy);
        expect(await archiveOf(embedded(to))).to.deep.equal(archive);
      }),
      { numRuns: 5 },
    );
  });

  it('leaves an empty database as it was', async () => {
    const database = emptyDatabase();
    expect((await archiveOf(database)).filter((line) => line.includes('"collection"'))).to.deep.equal([]);
  });
});
