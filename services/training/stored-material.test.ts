import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock } from '#lib/clock.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import type { Item } from '#lib/material/items.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { documentsIn, passagesIn } from './documents.ts';
import { examplesIn } from './examples.ts';
import { NOTHING_READ } from './import-progress.ts';
import type { ImportRecord } from './imports.ts';
import { snapshotPages } from './snapshot-source.ts';
import { type MaterialCollections, StoredMaterial } from './stored-material.ts';

const imported = (id: string): ImportRecord => ({
  key: `bank/${id}`,
  assistant: 'bank',
  dataset: 'bank/docs',
  file: 'rules.md',
  fileSha256: '',
  fileSize: 0,
  locale: '',
  localeHint: '',
  state: 'reading',
  ...NOTHING_READ,
  createTime: 0,
  requestHash: '',
});

function document(edition: number, passageCount: number): Item[] {
  const passages = Array.from({ length: passageCount }, (_, ordinal): Item => {
    return { kind: 'passage', ordinal, locator: '', text: `edition ${edition} of ${passageCount}` };
  });
  return [...passages, { kind: 'document', title: 'Rules', locale: 'en', version: `v${edition}`, passageCount }];
}

const example = (answer: string): Item => ({ kind: 'example', row: 1, question: 'A?', answer, locale: 'en', tags: [] });

describe('material in its dataset', () => {
  let folder: string;
  let store: DocumentStore;
  let collections: MaterialCollections;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'otvet-material-'));
    const log = createLogger({ level: 'silent' });
    store = await openSqliteStore({ file: join(folder, 'a.sqlite'), clock: systemClock, log });
    collections = { examples: examplesIn(store), documents: documentsIn(store), passages: passagesIn(store) };
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const texts = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { lines } of snapshotPages('bank', collections, new Map())) {
      found.push(...lines.map((line) => JSON.parse(line).text));
    }
    return found;
  };

  it('is never seen as half of a new version and half of the old one', async () => {
    await new StoredMaterial(collections, imported('000')).store(document(0, 150));
    let writing = true;
    const writer = (async () => {
      for (let edition = 1; edition <= 8; edition++) {
        const record = imported(String(edition).padStart(3, '0'));
        await new StoredMaterial(collections, record).store(document(edition, 20 + 40 * (edition % 4)));
      }
      writing = false;
    })();
    let reads = 0;
    while (writing) {
      const seen = await texts();
      expect(new Set(seen), `read ${reads}`).to.have.property('size', 1);
      expect(seen[0]?.endsWith(` of ${seen.length}`), `read ${reads}`).to.equal(true);
      reads++;
      await turn();
    }
    await writer;
    expect(reads).to.be.greaterThan(1);
    expect(await texts()).to.deep.equal(Array(20).fill('edition 8 of 20'));
    const left = await collections.passages.find({ index: 'key', limit: 1000 });
    expect(left.documents).to.have.length(20);
  });

  it('is not replaced by what an older import brings later', async () => {
    await new StoredMaterial(collections, imported('002')).store([example('new'), ...document(2, 3)]);
    await new StoredMaterial(collections, imported('001')).store([example('old'), ...document(1, 5)]);
    expect(await texts()).to.deep.equal(['new', ...Array(3).fill('edition 2 of 3')]);
  });

  it('is the same when an import is read again from the start', async () => {
    const items = [example('first'), example('second'), ...document(1, 5)];
    await new StoredMaterial(collections, imported('001')).store(items.slice(0, 4));
    await new StoredMaterial(collections, imported('001')).store(items);
    expect(await texts()).to.deep.equal(['second', ...Array(5).fill('edition 1 of 5')]);
  });
});
