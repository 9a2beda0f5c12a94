import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { systemClock } from '#lib/clock.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { systemIds } from '#lib/ids.ts';
import { StartError } from '#lib/service/host.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { type TemporaryFolder, temporaryFolder } from '#testing/folders.ts';
import { newSecret } from './api-key.ts';
import { Keys } from './keys.ts';
import { acceptGivenKey, keepLocalKey } from './local-key.ts';

describe('the first API key', () => {
  let folder: TemporaryFolder;
  let store: DocumentStore;
  let keys: Keys;
  const log = createLogger({ level: 'silent' });
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await openSqliteStore({ file: folder.file('store.sqlite'), clock: systemClock, log });
    keys = new Keys(store, { clock: systemClock, ids: systemIds, log });
  });
  afterEach(async () => {
    await keys.settle();
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const isGood = async (secret: string): Promise<boolean> => (await keys.principalOf(secret)) !== undefined;

  it('is made by the first of several gateways that share a store, and stays good when others come', async () => {
    expect(await keepLocalKey(keys, folder.file('one'), false)).to.equal('made');
    const secret = (await readFile(folder.file('one'), 'utf8')).trim();
    expect(await keepLocalKey(keys, folder.file('other'), false)).to.equal('kept');
    expect(await isGood(secret)).to.equal(true);
    expect(await keys.local()).to.have.length(1);
  });

  it('stays revoked, and is not made anew by another gateway', async () => {
    await keepLocalKey(keys, folder.file('one'), false);
    const [made] = await keys.local();
    await keys.revoke(made?.key ?? '');
    expect(await keepLocalKey(keys, folder.file('other'), false)).to.equal('kept');
    expect(await keys.local()).to.have.length(1);
  });

  it('can be given in a file, to any number of gateways', async () => {
    const secret = newSecret(systemIds);
    await writeFile(folder.file('given'), `${secret}\n`);
    await Promise.all([acceptGivenKey(keys, folder.file('given')), acceptGivenKey(keys, folder.file('given'))]);
    expect(await isGood(secret)).to.equal(true);
    expect(await keys.local()).to.have.length(1);
  });

  it('that is given and was revoked stays revoked', async () => {
    const secret = newSecret(systemIds);
    await writeFile(folder.file('given'), secret);
    await acceptGivenKey(keys, folder.file('given'));
    const [given] = await keys.local();
    await keys.revoke(given?.key ?? '');
    await acceptGivenKey(keys, folder.file('given'));
    expect(await isGood(secret)).to.equal(false);
  });

  for (const [what, content] of [
    ['holds no key', 'hello'],
    ['is missing', undefined],
  ] as const) {
    it(`ends the start when its file ${what}, and the content is not told`, async () => {
      if (content !== undefined) await writeFile(folder.file('given'), content);
      const error: unknown = await acceptGivenKey(keys, folder.file('given')).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(StartError);
      expect((error as Error).message)
        .to.include('OTVET_FIRST_API_KEY_FILE')
        .and.not.include('hello');
    });
  }
});
