import { openGridFsBlobs } from '#lib/blobs/gridfs.ts';
import { systemClock } from '#lib/clock.ts';
import { openMongoStore } from '#lib/documents/mongo/store.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';
import { trainerRules } from '#testing/training-replica-rules.ts';

const log = { info: () => undefined, warn: () => undefined };

describe('two trainers on MongoDB', function () {
  this.timeout(60_000);
  let server: RealServer;
  let tests = 0;
  before(async function () {
    server = await startOrSkip(this, startMongo);
  });
  beforeEach(() => {
    tests += 1;
  });
  after(() => server?.[Symbol.asyncDispose]());

  trainerRules(async (started) => {
    const options = { url: `${server.url}test${tests}`, service: 'training', clock: systemClock, log };
    const store = started.use(await openMongoStore(options));
    return { store, blobs: started.use(await openGridFsBlobs(options)) };
  });
});
