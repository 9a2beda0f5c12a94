import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { blobStoreContract } from '#lib/blobs/contract.ts';
import { openFileBlobs } from '#lib/blobs/files.ts';
import { BlobCorrupt } from '#lib/blobs/port.ts';

const makeFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'otvet-blobs-'));

blobStoreContract('files', async () => {
  const folder = await makeFolder();
  return { blobs: await openFileBlobs(folder), close: () => rm(folder, { recursive: true }) };
});

describe('blobs in files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await makeFolder();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are for the owner alone', async () => {
    const hash = await (await openFileBlobs(join(folder, 'inside'))).put(Buffer.from('x'));
    expect((await stat(join(folder, 'inside'))).mode & 0o777).to.equal(0o700);
    expect((await stat(join(folder, 'inside', hash))).mode & 0o777).to.equal(0o600);
  });

  it('never end as if whole when they are not', async () => {
    const blobs = await openFileBlobs(folder);
    const hash = await blobs.put(Buffer.alloc(600_000, 'x'));
    await writeFile(join(folder, hash), Buffer.alloc(600_000, 'y'));
    const error: unknown = await Array.fromAsync(blobs.read(hash)).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(BlobCorrupt);
  });

  it('are put right by being put again after they lost bytes', async () => {
    const blobs = await openFileBlobs(folder);
    const hash = await blobs.put(Buffer.from('whole'));
    await truncate(join(folder, hash), 2);
    await blobs.put(Buffer.from('whole'));
    expect(Buffer.concat(await Array.fromAsync(blobs.read(hash))).toString()).to.equal('whole');
  });

  it('leave nothing unfinished behind a restart', async () => {
    await openFileBlobs(folder);
    await writeFile(join(folder, '.part', 'cut'), 'half');
    await openFileBlobs(folder);
    expect(await readdir(folder, { recursive: true })).to.deep.equal(['.part']);
  });
});
