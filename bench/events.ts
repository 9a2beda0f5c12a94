import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Event, EventSchema } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { systemClock } from '#lib/clock.ts';
import type { EventMeasures } from '#lib/events/measures.ts';
import { Announcer } from '#lib/events/nats/announcer.ts';
import { JetStreamHints } from '#lib/events/nats/hint-source.ts';
import { Link } from '#lib/events/nats/link.ts';
import { systemIds } from '#lib/ids.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { startNats } from '#testing/servers/nats.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { ToolMissing } from '#testing/servers/tools.ts';
import type { Row } from './table.ts';

const TYPE = 'otvet.training.v1.ReleaseActivated';
const WARM_UP = 2_000;
/** One at a time, and as the event port does it. */
const COUNT = { one: 3_000, many: 20_000 };
/** So many hints wait for the announcer at once: fewer than it takes. */
const AHEAD = 1_000;

/** Events per second to and from NATS JetStream on loopback, each acknowledged. No rows on a machine without a server. */
export async function run(): Promise<readonly Row[]> {
  let server: RealServer;
  try {
    server = await startNats();
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    process.stderr.write(`not measured: events over NATS: ${error.message}\n`);
    return [];
  }
  await using _server = server;
  await using link = new Link({ url: server.url, name: 'otvet bench', log: createLogger({ level: 'warn' }) });
  await new Promise<void>((up) => link.whenUp(AbortSignal.timeout(10_000), up));
  await publish(link, WARM_UP);
  const published = { one: await publish(link, COUNT.one, 1), many: await publish(link, COUNT.many) };
  const consumed = { one: await consume(link, COUNT.one, 1), many: await consume(link, COUNT.many) };
  const row = (name: string, { one, many }: typeof published): Row => ({
    name: `events: ${name} over NATS`,
    value: many,
    unit: '/s',
    baseline: 'one at a time',
    baselineValue: one,
  });
  return [row('hints published', published), row('hints consumed', consumed)];
}

function event(): Event {
  return create(EventSchema, {
    id: systemIds.ordered(Date.now()),
    source: 'training',
    type: TYPE,
    subject: 'assistants/bank',
    time: timestampFromMs(Date.now()),
    data: new Uint8Array(60),
  });
}

/** Hints that were acknowledged in a second. */
async function publish(link: Link, count: number, inFlight?: number): Promise<number> {
  const done = Promise.withResolvers<void>();
  let announced = 0;
  let acknowledged = 0;
  const measures = measuring(() => {
    acknowledged++;
    if (acknowledged === count) done.resolve();
    if (announced < count) announce();
  });
  await using announcer = new Announcer({
    link,
    log: createLogger({ level: 'warn' }),
    measures,
    ...(inFlight === undefined ? {} : { inFlight }),
  });
  const announce = (): void => {
    announced++;
    announcer.announce(event());
  };
  const begun = performance.now();
  while (announced < Math.min(count, AHEAD)) announce();
  await done.promise;
  return (count * 1_000) / (performance.now() - begun);
}

/** Hints that were taken and acknowledged in a second; what they tell is done in no time. */
async function consume(link: Link, count: number, mostPending?: number): Promise<number> {
  const source = new JetStreamHints({
    link,
    service: 'bench',
    source: 'training',
    types: [TYPE],
    maxDeliver: 16,
    chance: () => systemIds.random().slice(0, 8),
    log: createLogger({ level: 'warn' }),
    measures: measuring(() => undefined),
    clock: systemClock,
    ...(mostPending === undefined ? {} : { mostPending }),
  });
  await using hints = await source.open();
  if (hints === undefined) throw new Error('NATS gives no hints');
  await publish(link, count);
  const begun = performance.now();
  for (let taken = 0; taken < count; taken++) {
    const hint = await hints.next(10_000, hints.ended);
    if (hint === undefined) throw new Error('NATS gives no more hints');
    await hint.settle(async () => undefined);
  }
  return (count * 1_000) / (performance.now() - begun);
}

function measuring(published: () => void): EventMeasures {
  const nothing = (): void => undefined;
  const lost = (): void => {
    throw new Error('NATS does not take a hint of the bench');
  };
  return { consumed: nothing, hintAge: nothing, deadLetter: nothing, published, notPublished: lost };
}
