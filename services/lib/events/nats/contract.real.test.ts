import { eventBusContract } from '#lib/events/contract.ts';
import { openBusForTest } from '#lib/events/nats/bus-for-test.ts';
import { startNats } from '#testing/servers/nats.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';

describe('events over NATS', function () {
  this.timeout(60_000);
  let server: RealServer | undefined;
  before(async function () {
    server = await startOrSkip(this, startNats);
  });
  after(() => server?.[Symbol.asyncDispose]());

  eventBusContract('JetStream hints', async () => {
    const { url, kill, restart } = server as RealServer;
    const { bus, publish, stopOwner, startOwner, close } = await openBusForTest(url);
    return {
      bus,
      source: 'training',
      publish,
      async interrupt() {
        await Promise.all([stopOwner(), kill()]);
      },
      async restore() {
        await Promise.all([startOwner(), restart()]);
      },
      close,
    };
  });
});
