import { execFile } from 'node:child_process';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { openFileBlobs } from '#lib/blobs/files.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { type TemporaryFolder, temporaryFolder } from '#testing/folders.ts';
import { type Ran, runForTest } from '../server-for-test.ts';
import { importAllCommand } from './import-all.ts';

const openStore = (dataDir: string, service: string) =>
  openSqliteStore({ file: join(dataDir, `${service}.sqlite`), clock: Date, log: { warn: () => undefined } });

const silent = { isTTY: true, columns: 80, colour: false, write: (): void => undefined };
const told: string[] = [];

describe('otvet export, otvet import --all', () => {
  let folder: TemporaryFolder;
  let data: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    data = folder.file('data');
    await using store = await openStore(data, 'conversation');
    const turns = store.collection({ name: 'turns', indexes: [] });
    for (let i = 0; i < 3; i++) await turns.insert({ key: `turn ${i}` });
    await (await openFileBlobs(join(data, 'training-blobs'))).put(Buffer.from('a release'));
    await (await openStore(data, 'training'))[Symbol.asyncDispose]();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const run = (dataDir: string, ...argv: string[]): Promise<Ran> => runForTest(argv, { OTVET_DATA_DIR: dataDir });

  it('moves everything into another folder, and tells counts and hashes', async () => {
    const file = folder.file('all.jsonl.gz');
    const exported = await run(data, 'export', file);
    expect(exported).to.include({ exit: 0 });
    expect(exported.out).to.match(/^conversation\tturns\t3\t\t[0-9a-f]{16}\ntraining\tblobs\t1\t9\t[0-9a-f]{16}\n$/);
    expect(exported.err).to.match(/keep it safe/);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(gunzipSync(await readFile(file)).toString()).to.match(/^{"otvet":"archive","version":1,/);
    const imported = await run(folder.file('other'), 'import', '--all', file);
    expect(imported).to.include({ exit: 0, out: exported.out });
    expect(imported.err).to.match(/compared with the file: the same/);
    await using store = await openStore(folder.file('other'), 'conversation');
    expect(await store.collection({ name: 'turns', indexes: [] }).get('turn 2')).to.deep.equal({ key: 'turn 2' });
  });

  it('prints one JSON object for scripts, and a bar on a terminal', async () => {
    const told = JSON.parse((await run(data, 'export', folder.file('a'), '--json')).out);
    expect(told.collections[0]).to.include({ service: 'conversation', collection: 'turns', documents: 3 });
    const env = { OTVET_DATA_DIR: folder.file('other') };
    const { err } = await runForTest(['import', '--all', folder.file('a')], env, { isTTY: true });
    expect(err).to.match(/Checking ░+ 0 % {2}0 of 3 documents/);
  });

  it('says in one line what is wrong, with exit code 1', async () => {
    const file = folder.file('a.gz');
    await run(data, 'export', file);
    const cut = folder.file('cut.gz');
    await writeFile(cut, await readFile(file));
    await truncate(cut, 200);
    await writeFile(folder.file('faq.csv'), 'question,answer\n');
    const cases: [string, string[], RegExp][] = [
      [data, ['export', file], /is there already; name another file/],
      [data, ['export', folder.file('nowhere', 'a')], /nowhere.* cannot be written \(ENOENT\)/],
      [folder.file('nothing'), ['export', folder.file('b')], /nothing to export: .* holds no store/],
      [data, ['import', '--all', folder.file('absent')], /cannot be read \(ENOENT\)/],
      [folder.file('new'), ['import', '--all', cut], /cut short/],
      [folder.file('new'), ['import', '--all', folder.file('faq.csv')], /no archive of Otvet/],
    ];
    for (const [dataDir, argv, words] of cases) {
      const { exit, err } = await run(dataDir, ...argv);
      expect([exit, err.split('\n').length], words.source).to.deep.equal([1, 2]);
      expect(err).to.match(words);
    }
    await using _running = await openStore(data, 'conversation');
    expect((await run(data, 'export', folder.file('c'))).err).to.match(/in use by another Otvet; stop that one/);
    expect(await run(data, 'import', '--all', file, '--dataset', 'x')).to.include({ exit: 2 });
    expect(await run(data, 'import', '--all', file, file)).to.include({ exit: 2 });
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const options = { interrupted: AbortSignal.abort() };
    const env = { OTVET_DATA_DIR: data };
    expect((await runForTest(['export', folder.file('a')], env, options)).exit).to.equal(130);
    for (const name of ['a', 'a.part']) {
      expect(await stat(folder.file(name)).catch(({ code }: NodeJS.ErrnoException) => code)).to.equal('ENOENT');
    }
  });

  it('says that an import that was cut short is to be run again, and then is whole', async () => {
    const file = folder.file('a');
    const exported = await run(data, 'export', file);
    const interrupt = new AbortController();
    const env = { OTVET_DATA_DIR: folder.file('other') };
    const importing = importAllCommand(
      {
        env,
        root: folder.path,
        interrupted: interrupt.signal,
        terminal: {
          out: silent,
          // The bar is drawn before the entry that it tells of is written.
          err: { ...silent, write: (text) => void (/Importing/.test(text) ? interrupt.abort() : told.push(text)) },
        },
      },
      file,
      {},
      0,
    );
    expect(await importing.catch(() => 'interrupted')).to.equal('interrupted');
    expect(told.at(-1)).to.match(/not finished: run it again before Otvet is started/);
    expect(await run(folder.file('other'), 'import', '--all', file)).to.include({ exit: 0, out: exported.out });
  });

  it('runs as a process', async () => {
    const main = resolve(import.meta.dirname, '..', 'main.mjs');
    const env = { ...process.env, OTVET_DATA_DIR: data };
    const code = await new Promise((done) => {
      execFile(process.execPath, [main, 'export', folder.file('a')], { env }, (error) => done(error?.code ?? 0));
    });
    expect(code).to.equal(0);
  });
});
