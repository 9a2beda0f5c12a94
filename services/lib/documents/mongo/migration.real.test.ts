import { expect } from 'chai';
import { type Db, MongoClient } from 'mongodb';
import { systemClock } from '#lib/clock.ts';
import { openMongoStore } from '#lib/documents/mongo/store.ts';
import { type Document, type DocumentStore, type IndexSpec, StoreUnavailable } from '#lib/documents/port.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';

interface Thing extends Document {
  readonly a?: number;
  readonly b?: number;
}

const log = { info: () => undefined, warn: () => undefined };
const A: IndexSpec = { name: 'a', paths: ['a'] };
const B: IndexSpec = { name: 'b', paths: ['b'] };

describe('the schema of a database', function () {
  this.timeout(60_000);
  let server: RealServer;
  let client: MongoClient;
  let count = 0;
  let prefix: string;
  before(async function () {
    server = await startOrSkip(this, startMongo);
    client = new MongoClient(server.url);
  });
  beforeEach(() => {
    prefix = `schema${count++}`;
  });
  after(async () => {
    await client?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const open = (version: number): Promise<DocumentStore> =>
    openMongoStore({ url: `${server.url}${prefix}`, service: 'test', clock: systemClock, log, version });
  const database = (): Db => client.db(`${prefix}_test`);
  /** Opens, declares, and answers once the indexes are there. */
  const start = async (version: number, ...indexes: IndexSpec[]): Promise<DocumentStore> => {
    await using opened = new AsyncDisposableStack();
    const store = opened.use(await open(version));
    await store.collection<Thing>({ name: 'things', indexes }).get('any');
    opened.move();
    return store;
  };
  const indexes = async (): Promise<string[]> =>
    (await database().collection('things').listIndexes().toArray())
      .map(({ name }) => name.replace(/_[0-9a-f]{8}$/, ''))
      .filter((name) => !name.startsWith('_'))
      .sort();

  it('is made by replicas that start at once', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => start(1, A, { ...B, unique: true })));
    const inserts = await Promise.all(
      stores.map((store) =>
        store
          .collection<Thing>({ name: 'things', indexes: [A, { ...B, unique: true }] })
          .insert({ key: 'one', a: 1, b: 1 }),
      ),
    );
    expect(inserts.filter(({ ok }) => ok)).to.have.length(1);
    expect(await indexes()).to.deep.equal(['a', 'b']);
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
  });

  it('loses an index that is declared no more to a newer version only', async () => {
    await using older = await start(1, A);
    await using same = await start(1, B);
    expect(await indexes()).to.deep.equal(['a', 'b']);
    await using newer = await start(2, B);
    expect(await indexes()).to.deep.equal(['b']);
    for (const store of [older, same, newer]) await store.ping();
  });

  it('has an index by each of two declarations while replicas of two versions run', async () => {
    await using older = await start(1, A);
    await older.collection<Thing>({ name: 'things', indexes: [A] }).insert({ key: 'one', a: 1, b: 2 });
    await using newer = await start(1, { name: 'a', paths: ['b'] });
    expect(await indexes()).to.deep.equal(['a', 'a']);
    const things = newer.collection<Thing>({ name: 'things', indexes: [{ name: 'a', paths: ['b'] }] });
    await things.update('one', {}, { set: { b: 3 } });
    expect((await things.find({ index: 'a', equal: [3], limit: 1 })).documents).to.have.length(1);
  });

  it('of a newer version is refused by an older process, which says so', async () => {
    await (await start(2, A))[Symbol.asyncDispose]();
    const error: unknown = await open(1).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect((error as Error).message).to.match(/written by a newer version of Otvet \(schema 2, this one knows 1\)/);
  });

  it('refuses a unique index over values that are not, by name', async () => {
    await using store = await start(1);
    const things = store.collection<Thing>({ name: 'things', indexes: [] });
    await things.insert({ key: 'one', b: 1 });
    await database()
      .collection<{ _id: string }>('things')
      .insertMany([{ _id: 'x', _x: { b: 1 } } as { _id: string }, { _id: 'y', _x: { b: 1 } } as { _id: string }]);
    const error: unknown = await start(1, { ...B, unique: true }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect((error as Error).message).to.match(/things: documents share values that shall be unique \(b_/);
  });
});
