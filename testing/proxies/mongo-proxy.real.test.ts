import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { startMongo } from '../servers/mongo.ts';
import type { RealServer } from '../servers/server-process.ts';
import { startOrSkip } from '../servers/suite.ts';
import { type MongoProxy, startMongoProxy } from './mongo-proxy.ts';

describe('the proxy before a MongoDB', function () {
  this.timeout(60_000);
  let server: RealServer | undefined;
  let proxy: MongoProxy;

  before(async function () {
    server = await startOrSkip(this, startMongo);
    proxy = await startMongoProxy(server.port);
  });

  after(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const open = (retryWrites: boolean) =>
    new MongoClient(`mongodb://127.0.0.1:${proxy.tcp.port}/?directConnection=true`, { retryWrites });

  it('answers a write NotWritablePrimary, and the write is not done', async () => {
    await using client = open(false);
    const things = client.db('proxy').collection<{ _id: number }>('things');
    await things.insertOne({ _id: 1 });
    proxy.refuseWrites(1);
    const refused = await things.insertOne({ _id: 2 }).catch((error: { code: number }) => error.code);
    expect(refused).to.equal(10107);
    expect(await things.countDocuments()).to.equal(1);
  });

  it('cuts the connection after a write was done and before its reply', async () => {
    await using client = open(false);
    const things = client.db('proxy').collection<{ _id: number }>('things');
    proxy.cutReplies(1);
    const lost = await things.insertOne({ _id: 3 }).catch((error: Error) => error.name);
    expect(lost).to.match(/Network/);
    expect(await things.countDocuments({ _id: 3 })).to.equal(1);
  });

  it('the driver repeats what it may repeat, once', async () => {
    await using client = open(true);
    const things = client.db('proxy').collection<{ _id: number; n: number }>('things');
    await things.insertOne({ _id: 4, n: 0 });
    proxy.refuseWrites(1);
    await things.updateOne({ _id: 4 }, { $inc: { n: 1 } });
    proxy.cutReplies(1);
    await things.updateOne({ _id: 4 }, { $inc: { n: 1 } });
    expect((await things.findOne({ _id: 4 }))?.n).to.equal(2);
    expect(proxy.met).to.deep.equal({ refused: 2, cut: 2 });
  });
});
