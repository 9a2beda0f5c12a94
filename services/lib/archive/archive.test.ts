import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { archiveOf, embedded, fill, type Life, lives, NOW, restoreInto, THINGS } from '#lib/archive/fixture.ts';
import { ArchiveError } from '#lib/archive/format.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';

const life = (key: string, more: Partial<Life> & { end?: number } = {}): Life => ({
  thing: { key, value: `value of ${key}`, ...(more.end === undefined ? {} : { end: more.end }) },
  tells: more.tells ?? [],
  fate: more.fate ?? 'stays',
});
const entry = (id: string) => ({ id, type: 'otvet.test.v1.Changed', subject: 's', time: 1, data: 'AA==' });
const blob = (size: number): Uint8Array => new Uint8Array(size).map((_, i) => (i * 31 + (i >> 8)) & 255);

describe('an archive of the embedded stores', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'otvet-archive-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const emptyFolder = (): Promise<string> => mkdtemp(join(folder, 'data-'));
  const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );
  const refused = async (promise: Promise<unknown>, words: RegExp): Promise<void> => {
    const error = await failureOf(promise);
    expect(error).to.be.instanceOf(ArchiveError);
    expect((error as Error).message).to.match(words);
  };

  it('gives back every document with what it has to tell, tombstones, expiry and blobs', async () => {
    await fc.assert(
      fc.asyncProperty(lives, lives, fc.array(fc.uint8Array(), { maxLength: 2 }), async (red, blue, blobs) => {
        const [from, to] = [await emptyFolder(), await emptyFolder()];
        await fill(from, 'red', red);
        await fill(from, 'blue', blue, blobs);
        const archive = await archiveOf(embedded(from));
        const restored = await restoreInto(embedded(to), archive);
        expect(restored.stores).to.deep.equal(restored.archive);
        expect(await archiveOf(embedded(to))).to.deep.equal(archive);
      }),
      { numRuns: 8 },
    );
  });

  it('makes stores that services use as if nothing had happened', async () => {
    const [from, to] = [await emptyFolder(), await emptyFolder()];
    await fill(from, 'red', [
      life('kept', { tells: [entry('1')] }),
      life('gone', { tells: [entry('2')], fate: 'deleted' }),
      life('expired', { end: NOW - 1 }),
    ]);
    await restoreInto(embedded(to), await archiveOf(embedded(from)));
    const log = { warn: () => undefined };
    await using store = await openSqliteStore({ file: `${to}/red.sqlite`, clock: { now: () => NOW }, log });
    const things = store.collection(THINGS);
    expect(await things.get('kept')).to.deep.equal({ key: 'kept', value: 'value of kept', name: 'kept' });
    expect([await things.get('gone'), await things.get('expired')]).to.deep.equal([undefined, undefined]);
    const untold = await store.untold(10);
    expect(untold.map(({ key, entries }) => [key, entries[0]?.id])).to.deep.equal([
      ['kept', '1'],
      ['gone', '2'],
    ]);
    expect(await things.insert({ key: 'other', name: 'kept' })).to.include({ ok: false, index: 'name' });
  });

  it('is of several lines for a large blob', async () => {
    const [from, to] = [await emptyFolder(), await emptyFolder()];
    await fill(from, 'red', [], [blob(1_000_000), blob(0)]);
    const archive = await archiveOf(embedded(from));
    expect(archive.filter((line) => line.startsWith('{"chunk"'))).to.have.length(6);
    expect((await restoreInto(embedded(to), archive)).stores.blobs[0]).to.include({ blobs: 2, bytes: 1_000_000 });
  });

  describe('that is damaged', () => {
    let archive: readonly string[];
    beforeEach(async () => {
      const from = await emptyFolder();
      await fill(from, 'red', [life('a'), life('b'), life('c', { tells: [entry('1')] })], [blob(300_000)]);
      archive = await archiveOf(embedded(from));
    });

    it('is refused before anything is written, whichever line is missing, twice or elsewhere', async () => {
      for (let i = 0; i < archive.length; i++) {
        const line = archive[i] as string;
        for (const damaged of [
          archive.toSpliced(i, 1),
          archive.toSpliced(i, 0, line),
          archive.toSpliced(i, 1).toSpliced((i + 1) % archive.length, 0, line),
          archive.slice(0, i),
        ]) {
          const to = await emptyFolder();
          expect(await failureOf(restoreInto(embedded(to), damaged)), `line ${i + 1}`).to.be.instanceOf(ArchiveError);
          expect(await readdir(to)).to.deep.equal([]);
        }
      }
    });

    it('is refused, whichever character is another', async () => {
      const all = archive.join('\n');
      await fc.assert(
        fc.asyncProperty(fc.nat(all.length - 1), fc.constantFrom('0', 'x', '"', ' ', '}'), async (at, character) => {
          fc.pre(all[at] !== character && all[at] !== '\n');
          const damaged = `${all.slice(0, at)}${character}${all.slice(at + 1)}`.split('\n');
          expect(await failureOf(restoreInto(embedded(await emptyFolder()), damaged))).to.be.instanceOf(ArchiveError);
        }),
        { numRuns: 150 },
      );
    });

    it('is refused when it was made by somebody, who made it add up', async () => {
      const line = (has: string): number => archive.findIndex((one) => one.includes(has));
      const edits: [number, (text: string) => string][] = [
        [0, (text) => text.replace('"services":[{', '"services":[null,{')],
        [0, (text) => text.replace('"service":"red"', '"service":"../red"')],
        [line('"spec"'), (text) => text.replace('"indexes":[]', '"indexes":[{"name":"x y","paths":["a"]}]')],
        [line('"spec"'), (text) => text.replace('"service":"red"', '"service":"green"')],
        [line('{"document"'), (text) => text.replace('"value":"value of a"', '"value":null')],
        [line('"outbox"'), (text) => text.replace('"id":"1"', '"id":1')],
        [line('{"blob"'), (text) => text.replace(/"blob":"[^"]*"/, '"blob":"../../x"')],
      ];
      await restoreInto(embedded(await emptyFolder()), await sealed(archive));
      for (const [at, edit] of edits) {
        const edited = edit(archive[at] as string);
        expect(edited).not.to.equal(archive[at]);
        const to = await emptyFolder();
        const error = await failureOf(restoreInto(embedded(to), await sealed(archive.with(at, edited))));
        expect(error, edited.slice(0, 200)).to.be.instanceOf(ArchiveError);
      }
    });

    it('or newer, or something else, is refused in words', async () => {
      const to = embedded(await emptyFolder());
      const newer = archive.with(0, (archive[0] as string).replace('"version":1', '"version":2'));
      await refused(restoreInto(to, newer), /made by a newer version of Otvet \(format 2\)/);
      await refused(restoreInto(to, ['question,answer', 'a,b']), /no archive of Otvet/);
      await refused(restoreInto(to, []), /cut short/);
      await refused(restoreInto(to, archive.slice(0, -1)), /cut short/);
      await refused(restoreInto(to, archive.toSpliced(3, 1)), /damaged, line \d+/);
    });
  });

  it('is put into empty stores only', async () => {
    const [from, to] = [await emptyFolder(), await emptyFolder()];
    await fill(from, 'red', [life('a')]);
    await fill(to, 'red', [life('a'), life('b')]);
    const archive = await archiveOf(embedded(from));
    await refused(restoreInto(embedded(to), archive), /not empty.*\(1 documents or blobs/);
    expect(await archiveOf(embedded(to))).to.have.length(archive.length + 1);
  });

  it('can be put in again, whole or after it was cut short', async () => {
    const [from, to] = [await emptyFolder(), await emptyFolder()];
    const all = Array.from({ length: 1_200 }, (_, i) => life(`k${i}`));
    await fill(from, 'red', all, [blob(10)]);
    await fill(from, 'blue', [life('x')], [blob(20)]);
    const archive = await archiveOf(embedded(from));
    const interrupt = new AbortController();
    const signal = interrupted(interrupt.signal, 2_000);
    expect(await failureOf(restoreInto(embedded(to), archive, { signal }))).to.be.instanceOf(Error);
    expect(await archiveOf(embedded(to))).to.have.length.within(500, archive.length - 1);
    for (let again = 0; again < 2; again++) {
      const restored = await restoreInto(embedded(to), archive);
      expect(restored.stores).to.deep.equal(restored.archive);
    }
  });

  it('is neither made nor taken while Otvet holds a store', async () => {
    const [from, to] = [await emptyFolder(), await emptyFolder()];
    await fill(from, 'red', [life('a')]);
    const archive = await archiveOf(embedded(from));
    const options = { clock: { now: () => NOW }, log: { warn: () => undefined } };
    await using _running = await openSqliteStore({ ...options, file: `${from}/red.sqlite` });
    await using _other = await openSqliteStore({ ...options, file: `${to}/red.sqlite` });
    for (const tried of [archiveOf(embedded(from)), restoreInto(embedded(to), archive)]) {
      const error = await failureOf(tried);
      expect(error).to.be.instanceOf(StoreUnavailable);
      expect((error as Error).message).to.match(/in use by another Otvet/);
    }
  });
});

/** A signal that aborts when it is asked for the n-th time. */
function interrupted(signal: AbortSignal, times: number): AbortSignal {
  let asked = 0;
  return Object.assign(Object.create(signal) as AbortSignal, {
    throwIfAborted: () => {
      asked++;
      if (asked > times) throw new Error('interrupted');
    },
  });
}

/** An archive whose last line fits the others, as far as a reader gets. */
async function sealed(lines: readonly string[]): Promise<readonly string[]> {
  const content = lines.slice(0, -1);
  const hash = (texts: readonly string[]): string =>
    createHash('sha256')
      .update(texts.map((text) => `${text}\n`).join(''))
      .digest('hex');
  const trailer = JSON.parse(lines.at(-1) as string) as { collections: { sha256: string; documents: number }[] };
  let first = 0;
  for (const one of trailer.collections) {
    first = content.findIndex((text, i) => i > first && text.includes('"spec"'));
    one.sha256 = hash(content.slice(first + 1, first + 1 + one.documents));
  }
  return [...content, JSON.stringify({ ...trailer, sha256: hash(content) })];
}
