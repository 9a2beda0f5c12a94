import { expect } from 'chai';
import { systemClock } from '#lib/clock.ts';
import type { MongoLog } from '#lib/documents/mongo/client.ts';
import { type MongoStoreOptions, openMongoStore } from '#lib/documents/mongo/store.ts';
import { openStore } from '#lib/documents/open.ts';
import { type Collection, type Document, type DocumentStore, StoreUnavailable } from '#lib/documents/port.ts';
import { StartError } from '#lib/service/host.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';

interface Thing extends Document {
  readonly n?: number;
}

/** A log that keeps its lines and tells when one comes. */
class Lines implements MongoLog {
  readonly said: string[] = [];
  readonly #waiting: (() => void)[] = [];

  info(fields: object, message: string): void {
    this.said.push(`${message} ${JSON.stringify(fields)}`);
    for (const one of this.#waiting.splice(0)) one();
  }

  warn(fields: object, message: string): void {
    this.info(fields, message);
  }

  async until(words: RegExp): Promise<void> {
    while (!this.said.some((line) => words.test(line))) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

describe('a MongoDB that fails', function () {
  this.timeout(60_000);
  let server: RealServer;
  const password = 'p@ss/word';
  const user = (name: string, url = server.url): string =>
    url.replace('mongodb://', `mongodb://${name}:${encodeURIComponent(password)}@`);
  before(async function () {
    server = await startOrSkip(this, () =>
      startMongo([
        { user: 'right', password, roles: [{ role: 'readWrite', db: 'otvet_test' }] },
        { user: 'other', password, roles: [{ role: 'readWrite', db: 'otvet_other' }] },
      ]),
    );
  });
  /** Nothing that waits for a server outlives the suite. */
  const ended = new AbortController();
  after(() => {
    ended.abort();
    return server?.[Symbol.asyncDispose]();
  });

  const open = (options: Partial<MongoStoreOptions> = {}): Promise<DocumentStore> =>
    openMongoStore({
      url: user('right'),
      service: 'test',
      clock: systemClock,
      log: new Lines(),
      signal: ended.signal,
      ...options,
    });
  const things = (store: DocumentStore): Collection<Thing> => store.collection<Thing>({ name: 'things', indexes: [] });
  const failure = (promise: Promise<unknown>): Promise<Error | undefined> =>
    promise.then(() => undefined).catch((error) => error);

  it('is waited for at start, and each attempt says why', async () => {
    await server.kill();
    const log = new Lines();
    const opening = open({ log, url: `${user('right')}?serverSelectionTimeoutMS=100` });
    await log.until(/waiting for MongoDB .*cannot be reached.*ECONNREFUSED/);
    await server.restart();
    await using store = await opening;
    expect((await things(store).insert({ key: 'after the wait' })).ok).to.equal(true);
    expect(log.said.at(-1)).to.match(/MongoDB is there/);
    expect(log.said.join()).to.not.include('ss%2Fword').and.not.include(password);
  });

  for (const [what, url, words] of [
    ['a wrong password', () => user('right').replace('word', 'wort'), /refuses the user name or the password/],
    ['a user of another database', () => user('other'), /needs the role readWrite/],
  ] as const) {
    it(`is waited for with ${what}, which is named and not shown`, async () => {
      const log = new Lines();
      const stopping = new AbortController();
      const opening = failure(open({ log, url: url(), signal: stopping.signal }));
      await log.until(words);
      stopping.abort();
      expect(await opening).to.have.property('name', 'AbortError');
      expect(log.said.join()).to.not.match(/p@ss|p%40ss/);
    });
  }

  it('is no reason to start with a URL that no waiting will mend', async () => {
    for (const [url, words] of [
      [`${user('right')}?timeoutMS=1000`, /takes no timeoutMS/],
      [`${user('right')}?nonsense=secret`, /nonsense/],
      [`${user('right')}a%20b`, /its path/],
    ] as const) {
      const config = { dataDir: '.', mongodbUrl: url };
      const opening = openStore({
        service: 'test',
        config,
        clock: systemClock,
        log: createLogger({ level: 'silent' }),
      });
      const error = await failure(opening);
      expect(error).to.be.instanceOf(StartError);
      expect(error?.message)
        .to.match(/^OTVET_MONGODB_URL: /)
        .and.match(words)
        .and.not.match(/secret|p%40ss/);
    }
  });

  it('keeps what it acknowledged, and is used again when it is back, without a new start', async () => {
    await using store = await open({ url: `${user('right')}?serverSelectionTimeoutMS=300` });
    const collection = things(store);
    await collection.insert({ key: 'kept', n: 1 });
    await server.kill();
    const asked = await Promise.all([
      failure(collection.get('kept')),
      failure(collection.update('kept', {}, { inc: { n: 1 } })),
      failure(collection.find({ index: 'key', limit: 1 })),
      failure(store.ping()),
    ]);
    for (const error of asked) expect(error).to.be.instanceOf(StoreUnavailable);
    await server.restart();
    // The driver looks for a server that went away every half second.
    while ((await failure(store.ping())) !== undefined);
    expect(await collection.get('kept')).to.deep.equal({ key: 'kept', n: 1 });
  });

  it('does a write once that was repeated since its answer was lost', async () => {
    await using store = await open();
    const collection = things(store);
    await collection.insert({ key: 'counted', n: 0 });
    const writes = Array.from({ length: 20 }, () => failure(collection.update('counted', {}, { inc: { n: 1 } })));
    await server.kill();
    await server.restart();
    const failed = (await Promise.all(writes)).filter((error) => error !== undefined);
    for (const error of failed) expect(error).to.be.instanceOf(StoreUnavailable);
    const document = await collection.get('counted');
    expect(document?.n).to.be.within(20 - failed.length, 20);
  });

  it('refuses calls after the store was closed', async () => {
    const store = await open();
    const collection = things(store);
    await store[Symbol.asyncDispose]();
    expect(await failure(collection.get('kept'))).to.be.instanceOf(StoreUnavailable);
    expect(await failure(store.ping())).to.be.instanceOf(StoreUnavailable);
  });
});
