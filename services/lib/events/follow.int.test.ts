import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import { systemClock } from '#lib/clock.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { eventBusContract } from '#lib/events/contract.ts';
import { createFeed, feedHandlers } from '#lib/events/feed.ts';
import { createFeedBus } from '#lib/events/follow.ts';
import { openChannel } from '#lib/rpc/client.ts';
import { type RpcServer, serve, startRpcServer } from '#lib/rpc/server.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';

eventBusContract('feeds over RPC', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'otvet-feed-'));
  const log = createLogger({ level: 'silent' });
  const metrics = createMetrics();
  const clock = systemClock;
  const authority = await createAuthority('otvet.test', Date.now());
  const [owner, consumer] = await Promise.all([authority.issue('training'), authority.issue('conversation')]);
  const store = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock, log });
  const things = store.collection({ name: 'things', indexes: [] });
  const feed = createFeed({ store, source: 'training', clock, log });

  const start = (address: string): Promise<RpcServer> =>
    startRpcServer({
      service: 'training',
      address,
      identity: owner,
      served: [serve(FeedService, feedHandlers(feed))],
      log,
      metrics,
      clock,
      ready: () => true,
    });
  let server = await start('127.0.0.1:0');
  const { address } = server;
  const channel = openChannel({ service: 'training', address, identity: consumer, metrics });
  return {
    bus: createFeedBus({ channels: { training: channel }, log, metrics }),
    source: 'training',
    publish: async (entry) => {
      await things.insert({ key: entry.id }, { outbox: [entry] });
    },
    interrupt: () => server.stop(0),
    restore: async () => {
      server = await start(address);
    },
    close: async () => {
      await channel[Symbol.asyncDispose]();
      await feed[Symbol.asyncDispose]();
      await server.stop(0);
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});
