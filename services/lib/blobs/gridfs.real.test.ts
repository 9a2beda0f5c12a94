import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type Db, GridFSBucket, MongoClient, ObjectId } from 'mongodb';
import { blobStoreContract } from '#lib/blobs/contract.ts';
import { openGridFsBlobs } from '#lib/blobs/gridfs.ts';
import { BlobCorrupt, BlobMissing, type OpenedBlobs } from '#lib/blobs/port.ts';
import { systemClock } from '#lib/clock.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';

const log = { info: () => undefined, warn: () => undefined };
const HOUR = 3_600_000;

describe('blobs in GridFS', function () {
  this.timeout(60_000);
  let server: RealServer;
  let client: MongoClient;
  before(async function () {
    server = await startOrSkip(this, startMongo);
    client = new MongoClient(server.url);
  });
  after(async () => {
    await client?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const open = (prefix: string, now = () => systemClock.now()): Promise<OpenedBlobs> =>
    openGridFsBlobs({ url: `${server.url}${prefix}`, service: 'test', clock: { now }, log });
  const database = (prefix: string): Db => client.db(`${prefix}_test`);
  const read = async (blobs: OpenedBlobs, hash: string): Promise<Buffer> =>
    Buffer.concat(await Array.fromAsync(blobs.read(hash)));
  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(() => undefined).catch((error) => error);

  blobStoreContract('GridFS', async () => {
    const blobs = await open('contract');
    return { blobs, close: async () => blobs[Symbol.asyncDispose]() };
  });

  it('are files for every other client of GridFS', async () => {
    await using blobs = await open('clients');
    const bytes = randomBytes(600_000);
    const hash = await blobs.put(bytes);
    const chunks = await Array.fromAsync(
      new GridFSBucket(database('clients'), { bucketName: 'blobs' }).openDownloadStreamByName(hash),
    );
    expect(Buffer.concat(chunks).equals(bytes)).to.equal(true);
  });

  it('are kept once, by whatever replicas they are put at once', async () => {
    await using one = await open('replicas');
    await using two = await open('replicas');
    const bytes = randomBytes(600_000);
    const hashes = await Promise.all([one, two, one, two].map((blobs) => blobs.put(bytes)));
    expect(new Set(hashes).size).to.equal(1);
    expect((await read(two, hashes[0] as string)).equals(bytes)).to.equal(true);
    expect(await database('replicas').collection('blobs.files').countDocuments()).to.equal(1);
    expect(await database('replicas').collection('blobs.chunks').countDocuments()).to.equal(3);
  });

  it('never end as if whole when they are not', async () => {
    await using blobs = await open('corrupt');
    const changed = await blobs.put(randomBytes(600_000));
    const shorter = await blobs.put(randomBytes(500_000));
    const chunks = database('corrupt').collection('blobs.chunks');
    const files = await database('corrupt').collection('blobs.files').find().toArray();
    const idOf = (hash: string): ObjectId => files.find(({ filename }) => filename === hash)?._id as ObjectId;
    const { data } = (await chunks.findOne({ files_id: idOf(changed), n: 1 })) as unknown as {
      data: { buffer: Buffer };
    };
    await chunks.updateOne({ files_id: idOf(changed), n: 1 }, { $set: { data: Buffer.from(data.buffer).reverse() } });
    await chunks.deleteOne({ files_id: idOf(shorter), n: 1 });
    expect(await failure(read(blobs, changed))).to.be.instanceOf(BlobCorrupt);
    expect(await failure(read(blobs, shorter))).to.be.instanceOf(BlobCorrupt);
  });

  it('are put right by being put again after they lost bytes', async () => {
    await using blobs = await open('again');
    const bytes = randomBytes(600_000);
    const hash = await blobs.put(bytes);
    await database('again').collection('blobs.chunks').deleteOne({ n: 2 });
    await blobs.put(bytes);
    expect((await read(blobs, hash)).equals(bytes)).to.equal(true);
    expect(await database('again').collection('blobs.chunks').countDocuments()).to.equal(3);
  });

  it('are not seen half written, and what is left of such a write goes later', async () => {
    const unfinished = { files_id: new ObjectId(), n: 0, data: Buffer.from('half') };
    const chunks = database('unfinished').collection('blobs.chunks');
    await chunks.insertOne(unfinished);
    await using blobs = await open('unfinished');
    const hash = await blobs.put(Buffer.from('whole'));
    expect(await chunks.countDocuments()).to.equal(2);
    const later = await open('unfinished', () => systemClock.now() + HOUR + 5_000);
    await later[Symbol.asyncDispose]();
    expect(await chunks.countDocuments()).to.equal(1);
    expect((await read(blobs, hash)).toString()).to.equal('whole');
  });

  it('are missing once they were removed, with all their bytes', async () => {
    await using blobs = await open('removed');
    const hash = await blobs.put(randomBytes(300_000));
    await blobs.remove(hash);
    expect(await failure(read(blobs, hash))).to.be.instanceOf(BlobMissing);
    expect(await database('removed').collection('blobs.chunks').countDocuments()).to.equal(0);
  });
});
