import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import { systemClock } from '#lib/clock.ts';
import type { OutboxEntry } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { createFeed, feedHandlers } from '#lib/events/feed.ts';
import { openNatsEvents } from '#lib/events/nats/bus.ts';
import type { EventBus } from '#lib/events/port.ts';
import { openChannel } from '#lib/rpc/client.ts';
import { type RpcServer, serve, startRpcServer } from '#lib/rpc/server.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics, type Metrics } from '#lib/telemetry/metrics.ts';

/** An owner of events with a feed, a consumer of them, and NATS between them. */
export interface NatsBusUnderTest {
  readonly bus: EventBus;
  /** Of both sides. */
  readonly metrics: Metrics;
  /** Has the owner tell something; resolves when that is stored at the owner. */
  publish(entry: OutboxEntry): Promise<void>;
  /** Takes the owner off the network, and brings it back. */
  stopOwner(): Promise<void>;
  startOwner(): Promise<void>;
  close(): Promise<void>;
}

/** Opens both sides against a server. Events that fail are tried again quickly. */
export async function openBusForTest(natsUrl: string): Promise<NatsBusUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'otvet-nats-'));
  const log = createLogger({ level: process.env.OTVET_TEST_LOG ?? 'silent' });
  const metrics = createMetrics();
  const clock = systemClock;
  const authority = await createAuthority('otvet.test', Date.now());
  const [identity, consumer] = await Promise.all([authority.issue('training'), authority.issue('conversation')]);
  const store = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock, log });
  const things = store.collection({ name: 'things', indexes: [] });
  const base = { natsUrl, log, metrics, clock, retry: { first: 10, most: 40 } };
  const [telling, listening] = [
    openNatsEvents({ ...base, service: 'training' }),
    openNatsEvents({ ...base, service: 'conversation' }),
  ];
  const feed = createFeed({ store, source: 'training', clock, log, announce: telling.announce });
  const start = (address: string): Promise<RpcServer> => {
    const served = [serve(FeedService, feedHandlers(feed))];
    return startRpcServer({ service: 'training', address, identity, served, log, metrics, clock, ready: () => true });
  };
  let server = await start('127.0.0.1:0');
  const { address } = server;
  const channel = openChannel({ service: 'training', address, identity: consumer, metrics });
  return {
    bus: listening.bus({ training: channel }),
    metrics,
    publish: async (entry) => {
      await things.insert({ key: entry.id }, { outbox: [entry] });
    },
    stopOwner: () => server.stop(0),
    async startOwner() {
      server = await start(address);
    },
    async close() {
      await listening[Symbol.asyncDispose]();
      await channel[Symbol.asyncDispose]();
      await feed[Symbol.asyncDispose]();
      await telling[Symbol.asyncDispose]();
      await server.stop(0);
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
