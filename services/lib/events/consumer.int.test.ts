import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type Event, EventSchema, FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import { systemClock } from '#lib/clock.ts';
import { FeedConsumer } from '#lib/events/consumer.ts';
import type { Hint, HintSource } from '#lib/events/hints.ts';
import { eventMeasures } from '#lib/events/measures.ts';
import { openChannel, type RpcChannel } from '#lib/rpc/client.ts';
import { type RpcServer, serve, startRpcServer } from '#lib/rpc/server.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';
import { until } from '#testing/waiting.ts';

const event = (id: string): Event => create(EventSchema, { id, type: 'T', source: 'training' });

describe('a consumer of hints', () => {
  const log = createLogger({ level: 'silent' });
  const metrics = createMetrics();
  let server: RpcServer;
  let channel: RpcChannel;
  let inFeed: Event[];
  let consumer: FeedConsumer | undefined;

  beforeEach(async () => {
    inFeed = [];
    const authority = await createAuthority('otvet.test', Date.now());
    const [owner, caller] = await Promise.all([authority.issue('training'), authority.issue('conversation')]);
    const feed = serve(FeedService, {
      readFeed: async () => ({ events: inFeed, nextCursor: '' }),
      followFeed: async function* () {
        yield { events: inFeed, nextCursor: '' };
      },
    });
    const base = { service: 'training', metrics };
    const listen = { address: '127.0.0.1:0', identity: owner, served: [feed], log, clock: systemClock };
    server = await startRpcServer({ ...base, ...listen, ready: () => true });
    channel = openChannel({ ...base, address: server.address, identity: caller });
  });
  afterEach(async () => {
    await consumer?.[Symbol.asyncDispose]();
    await channel[Symbol.asyncDispose]();
    await server.stop(0);
  });

  /** Hints without end, one every turn of the event loop. */
  const endless = (): HintSource => {
    let count = 0;
    const hint = (): Hint => ({ settle: async (deliver) => void (await deliver(event(`hint${count++}`), false)) });
    const next = (): Promise<Hint> => new Promise((resolve) => setImmediate(() => resolve(hint())));
    const open = new AbortController();
    return {
      open: async () => ({ ended: open.signal, next, [Symbol.asyncDispose]: async () => open.abort() }),
      whenBack: () => undefined,
    };
  };
  const consume = (apply: (event: Event) => Promise<void>, hints = endless()): void => {
    consumer = new FeedConsumer({
      consumed: { source: 'training', types: ['T'], apply },
      channel,
      log,
      measures: eventMeasures(metrics),
      cursor: '',
      hints,
      retry: { first: 5, most: 5 },
    });
  };

  it('tries again what the feed brought, however many hints come', async () => {
    inFeed = [event('bad')];
    let failures = 3;
    const applied: string[] = [];
    consume(async ({ id }) => {
      if (id === 'bad' && failures-- > 0) throw new Error('not now');
      applied.push(id);
    });
    await until(() => applied.includes('bad'));
    expect(applied).to.include('hint0');
  });

  it('goes on with hints while the owner is away', async () => {
    const applied: string[] = [];
    consume(async ({ id }) => {
      applied.push(id);
    });
    await server.stop(0);
    const before = applied.length;
    await until(() => applied.length > before + 10);
  });
});
