import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { systemClock } from '#lib/clock.ts';
import { type Collection, type Document, type DocumentStore, StoreUnavailable } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';

interface Thing extends Document {
  readonly name?: string;
  readonly n?: number;
}

describe('a SQLite store as a file', () => {
  const warnings: string[] = [];
  const log = { warn: (_: object, message: string) => warnings.push(message) };
  let folder: string;
  let file: string;
  let child: ChildProcess | undefined;
  const opened = new Set<DocumentStore>();

  beforeEach(async () => {
    warnings.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'otvet-store-'));
    file = join(folder, 'data', 'store.sqlite');
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    child = undefined;
    for (const store of opened) await store[Symbol.asyncDispose]();
    opened.clear();
    await rm(folder, { recursive: true });
  });

  const open = async (): Promise<DocumentStore> => {
    const store = await openSqliteStore({ file, clock: systemClock, log });
    opened.add(store);
    return store;
  };
  const things = (store: DocumentStore, ...indexes: { name: string; paths: string[]; unique?: boolean }[]) =>
    store.collection<Thing>({ name: 'things', indexes });
  const failure = async (promise: Promise<unknown>): Promise<Error> => {
    const error: unknown = await promise.then(
      () => new Error('nothing failed'),
      (reason: unknown) => reason,
    );
    return error as Error;
  };
  /** A process that opens the store, writes without end and prints each key once its write was acknowledged. */
  const writeElsewhere = async (): Promise<AsyncIterator<string>> => {
    const program = `
      const { openSqliteStore } = await import(${JSON.stringify(new URL('./store.ts', import.meta.url).href)});
      const store = await openSqliteStore({ file: ${JSON.stringify(file)}, clock: { now: () => Date.now() }, log: { warn() {} } });
      const things = store.collection({ name: 'things', indexes: [] });
      console.log('open');
      for (let n = 0; ; n++) await Promise.all([0, 1, 2].map(async (i) => {
        await things.insert({ key: 'k' + n + '-' + i }, { outbox: [{ id: 'e' + n + '-' + i, type: 'T', subject: 's', time: 1, data: '' }] });
        process.stdout.write('k' + n + '-' + i + '\\n');
      }));`;
    child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    expect((await lines.next()).value).to.equal('open');
    return lines;
  };

  it('is for its owner alone', async () => {
    const store = await open();
    await things(store).insert({ key: 'a' });
    expect((await stat(join(folder, 'data'))).mode & 0o777).to.equal(0o700);
    for (const name of ['', '-wal', '-shm', '.lock']) {
      expect((await stat(file + name)).mode & 0o777, name).to.equal(0o600);
    }
  });

  it('takes rights away from others that an existing file gave', async () => {
    await (await open())[Symbol.asyncDispose]();
    await chmod(file, 0o644);
    await open();
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
  });

  it('keeps every acknowledged write and its outbox through kill -9, and its lock does not', async () => {
    const lines = await writeElsewhere();
    const acknowledged: string[] = [];
    while (acknowledged.length < 200) acknowledged.push((await lines.next()).value);
    const error = await failure(open());
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect(error.message).to.include(join(folder, 'data')).and.include('OTVET_DATA_DIR');

    const ended = once(child as ChildProcess, 'exit');
    child?.kill('SIGKILL');
    for (let line = await lines.next(); !line.done; line = await lines.next()) acknowledged.push(line.value);
    await ended;

    const store = await open();
    const collection = things(store);
    for (const key of acknowledged) expect(await collection.get(key), key).to.deep.equal({ key });
    expect((await store.untold(100_000)).length).to.be.at.least(acknowledged.length);
  });

  it('is held by one store of this process too', async () => {
    await open();
    expect(await failure(open())).to.be.instanceOf(StoreUnavailable);
  });

  it('flushes what was asked before it closes, and refuses what comes after', async () => {
    const store = await open();
    const collection = things(store);
    const writes = Promise.all(Array.from({ length: 100 }, (_, n) => collection.insert({ key: `k${n}` })));
    await store[Symbol.asyncDispose]();
    expect((await writes).every(({ ok }) => ok)).to.equal(true);
    expect(await failure(collection.insert({ key: 'late' }))).to.be.instanceOf(StoreUnavailable);
    expect(await failure(collection.get('k1'))).to.be.instanceOf(StoreUnavailable);
    expect(await failure(store.ping())).to.be.instanceOf(StoreUnavailable);
    await store[Symbol.asyncDispose]();
    expect((await things(await open()).find({ index: 'key', limit: 1000 })).documents).to.have.length(100);
  });

  it('is refused when a newer version wrote it, when it is not ours, or is no database', async () => {
    await (await open())[Symbol.asyncDispose]();
    const alter = (sql: string): void => {
      const database = new DatabaseSync(file);
      database.exec(sql);
      database.close();
    };
    alter('PRAGMA user_version = 99');
    expect((await failure(open())).message).to.match(/newer version.*99/);
    alter('PRAGMA user_version = 1; PRAGMA application_id = 7');
    expect((await failure(open())).message).to.match(/another program/);
    await writeFile(file, 'no database at all, only some text that is long enough to be looked at'.repeat(20));
    expect(await failure(open())).to.be.instanceOf(StoreUnavailable);
    expect((await readFile(file, 'utf8')).startsWith('no database')).to.equal(true);
  });

  it('is refused with what to do when the folder cannot be made', async () => {
    await writeFile(join(folder, 'data'), 'a file where a folder should be');
    const error = await failure(open());
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect(error.message).to.include(file).and.include('OTVET_DATA_DIR');
  });

  describe('when the declared indexes change', () => {
    const reopened = async (
      ...indexes: { name: string; paths: string[]; unique?: boolean }[]
    ): Promise<Collection<Thing>> => {
      for (const store of opened) await store[Symbol.asyncDispose]();
      opened.clear();
      return things(await open(), ...indexes);
    };

    it('makes the new ones over what is there, and drops the old', async () => {
      let collection = await reopened({ name: 'name', paths: ['name'], unique: true });
      await collection.insert({ key: 'a', name: 'x', n: 2 });
      await collection.insert({ key: 'b', name: 'y', n: 1 });
      collection = await reopened({ name: 'n', paths: ['n'] });
      const { documents } = await collection.find({ index: 'n', limit: 10 });
      expect(documents.map(({ key }) => key)).to.deep.equal(['b', 'a']);
      expect(await collection.insert({ key: 'c', name: 'x' })).to.deep.equal({ ok: true });
    });

    it('refuses one that is broken already, and only that collection', async () => {
      let collection = await reopened();
      await collection.insert({ key: 'a', name: 'x' });
      await collection.insert({ key: 'b', name: 'x' });
      collection = await reopened({ name: 'name', paths: ['name'], unique: true });
      expect(await failure(collection.get('a'))).to.be.instanceOf(StoreUnavailable);
      expect(warnings).to.deep.equal(['collection refused']);
      const [store] = opened;
      const other = store?.collection({ name: 'others', indexes: [] });
      expect(await other?.insert({ key: 'a' })).to.deep.equal({ ok: true });
    });
  });
});
