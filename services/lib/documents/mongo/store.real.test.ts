import { documentStoreContract } from '#lib/documents/contract.ts';
import { openMongoStore } from '#lib/documents/mongo/store.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';

const log = { info: () => undefined, warn: () => undefined };

describe('documents in MongoDB', function () {
  this.timeout(60_000);
  let server: RealServer;
  before(async function () {
    server = await startOrSkip(this, startMongo);
  });
  after(() => server?.[Symbol.asyncDispose]());

  documentStoreContract('MongoDB', async (clock) => {
    const store = await openMongoStore({ url: `${server.url}contract`, service: 'test', clock, log });
    return { store, close: async () => store[Symbol.asyncDispose]() };
  });
});
