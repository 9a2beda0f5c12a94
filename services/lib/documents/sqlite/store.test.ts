import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentStoreContract } from '#lib/documents/contract.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';

documentStoreContract('SQLite', async (clock) => {
  const folder = await mkdtemp(join(tmpdir(), 'otvet-store-'));
  const log = { warn: () => undefined };
  const store = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock, log });
  return {
    store,
    close: async () => {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});
