import { fromBinary } from '@bufbuild/protobuf';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { expect } from 'chai';
import { ReleaseActivatedSchema } from '#gen/otvet/training/v1/events_pb.ts';
import { type NatsBusUnderTest, openBusForTest } from '#lib/events/nats/bus-for-test.ts';
import { type FoundLetter, openLetterBox } from '#lib/events/nats/letter-box.ts';
import { DEAD_LETTERS, declareStreams, EVENTS } from '#lib/events/nats/streams.ts';
import type { EventConsumer } from '#lib/events/port.ts';
import { startNats } from '#testing/servers/nats.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';

const TYPE = 'otvet.test.v1.Changed';
const SUBJECT = 'otvet.events.training.Changed';

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`waited in vain: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('NATS JetStream', function () {
  this.timeout(60_000);
  let server: RealServer;
  let operator: NatsConnection;
  let manager: JetStreamManager;
  let client: JetStreamClient;
  let subject: NatsBusUnderTest;
  let consumer: EventConsumer;
  let applied: string[];
  let refused: Set<string>;
  let count = 0;

  before(async function () {
    server = await startOrSkip(this, startNats);
  });
  after(() => server?.[Symbol.asyncDispose]());

  const listen = (): void => {
    consumer = subject.bus.consume({
      source: 'training',
      types: [TYPE],
      apply: async ({ id, data }) => {
        fromBinary(ReleaseActivatedSchema, data);
        if (refused.has(id)) throw new Error(`quotes what people wrote: ${id}`);
        applied.push(id);
      },
    });
  };

  beforeEach(async () => {
    operator = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    manager = await jetstreamManager(operator);
    client = jetstream(operator);
    for (const { config } of await manager.streams.list().next()) await manager.streams.delete(config.name);
    applied = [];
    refused = new Set();
    subject = await openBusForTest(server.url);
    listen();
    await consumer.caughtUp(AbortSignal.timeout(5_000));
    await hintsCome();
  });
  afterEach(async () => {
    await consumer[Symbol.asyncDispose]();
    await subject.close();
    await operator.close();
  });

  const newId = (): string => `e${String(count++).padStart(6, '0')}`;
  const publish = async (type = TYPE, id = newId(), data = ''): Promise<string> => {
    await subject.publish({ id, type, subject: `things/${id}`, time: Date.now(), data });
    return id;
  };
  /** Tells of an event that cannot be applied until `refused` says otherwise. */
  const publishRefused = async (): Promise<string> => {
    const id = newId();
    refused.add(id);
    return publish(TYPE, id);
  };
  const counted = async (metric: string, labels: Readonly<Record<string, string>>): Promise<number> => {
    const found = await subject.metrics.getSingleMetric(metric)?.get();
    const fits = (has: Partial<Record<string, string | number>>): boolean =>
      Object.entries(labels).every(([name, value]) => has[name] === value);
    return (found?.values ?? []).filter((value) => fits(value.labels)).reduce((sum, { value }) => sum + value, 0);
  };
  const byHint = (outcome: string): Promise<number> =>
    counted('otvet_events_consumed_total', { carrier: 'hint', outcome });
  /** Until the consumer lives on hints. */
  const hintsCome = async (): Promise<void> => {
    const before = await byHint('applied');
    await until(async () => {
      await publish();
      return (await byHint('applied')) > before;
    });
  };
  const letters = async (): Promise<FoundLetter[]> => {
    await using box = await openLetterBox(server.url);
    return await Array.fromAsync(box.letters());
  };

  it('delivers again what failed, puts aside what always does, and never makes others wait for it', async () => {
    const bad = await publishRefused();
    const good = await publish();
    await until(() => applied.includes(good));
    refused.delete(bad);
    await until(() => applied.includes(bad));
    expect(await byHint('failed')).to.be.greaterThan(0);

    const poisoned = await publishRefused();
    await until(async () => (await letters()).length === 1);
    const [letter] = await letters();
    expect(letter).to.deep.include({
      ...{ id: poisoned, type: TYPE, subject: `things/${poisoned}`, consumer: 'conversation', attempts: 8 },
      reason: 'Error',
    });
    expect(await counted('otvet_event_dead_letters_total', { source: 'training' })).to.equal(1);
    const after = await publish();
    await until(() => applied.includes(after));
  });

  it('gives a dead letter back when it is replayed', async () => {
    const poisoned = await publishRefused();
    await until(async () => (await letters()).length === 1);
    refused.clear();
    await using box = await openLetterBox(server.url);
    const [letter] = await Array.fromAsync(box.letters());
    expect(await box.replay(letter as FoundLetter)).to.equal(true);
    await until(() => applied.includes(poisoned));
    expect(await Array.fromAsync(box.letters())).to.deep.equal([]);
    expect(await box.replay(letter as FoundLetter)).to.equal(false);
  });

  it('puts aside at once what is no event', async () => {
    const set = headers();
    set.set('x-from', 'somewhere');
    await client.publish(SUBJECT, new Uint8Array([255, 0, 255]), { headers: set });
    await client.publish(SUBJECT);
    const good = await publish();
    await until(() => applied.includes(good));
    await until(async () => (await letters()).length === 2);
    const stored = await manager.streams.getMessage(DEAD_LETTERS, { seq: 1 });
    expect([...(stored?.data ?? [])]).to.deep.equal([255, 0, 255]);
    expect(stored?.header.get('x-from')).to.equal('somewhere');
    expect((await letters())[0]).to.deep.include({ id: '#1', type: '', attempts: 1 });
  });

  it('puts aside an event whose bytes do not decode', async () => {
    const bytes = new Uint8Array([255, 0, 255]);
    const poisoned = await publish(TYPE, newId(), Buffer.from(bytes).toString('base64'));
    const good = await publish();
    await until(() => applied.includes(good));
    await until(async () => (await letters()).length === 1);
    expect((await letters())[0]).to.deep.include({ id: poisoned, attempts: 8 });
    expect((await manager.streams.getMessage(DEAD_LETTERS, { seq: 1 }))?.data).to.deep.equal(bytes);
  });

  it('passes over what newer services tell', async () => {
    const set = headers();
    for (const [name, value] of Object.entries({ id: 'n1', source: 'training', type: 'otvet.test.v2.Changed' })) {
      set.set(`ce-${name}`, value);
    }
    await client.publish(SUBJECT, 'new', { headers: set });
    await publish('otvet.test.v9.Unheard');
    const good = await publish();
    await until(() => applied.includes(good));
    expect(applied).not.to.include('n1');
    expect(await letters()).to.deep.equal([]);
  });

  it('applies an event once, however often its hint comes', async () => {
    const id = await publish();
    await until(() => applied.includes(id));
    const { state } = await manager.streams.info(EVENTS);
    const hint = await manager.streams.getMessage(EVENTS, { seq: state.last_seq });
    expect(hint?.header.get('ce-id')).to.equal(id);
    hint?.header.delete('Nats-Msg-Id');
    const repeated = await byHint('repeated');
    await client.publish(SUBJECT, hint?.data, { ...(hint ? { headers: hint.header } : {}) });
    await until(async () => (await byHint('repeated')) > repeated);
    expect(applied.filter((one) => one === id)).to.have.length(1);
  });

  it('is done without while it is away, and used again when it is back', async () => {
    await server.kill();
    const during = await publish();
    await until(() => applied.includes(during));
    await server.restart();
    await hintsCome();
  });

  it('may be missing at the start', async () => {
    await consumer[Symbol.asyncDispose]();
    await subject.close();
    await server.kill();
    subject = await openBusForTest(server.url);
    listen();
    await consumer.caughtUp(AbortSignal.timeout(5_000));
    const before = await publish();
    await until(() => applied.includes(before));
    await server.restart();
    await hintsCome();
  });

  it('has its streams made again when somebody removed them', async () => {
    await manager.streams.delete(EVENTS);
    await hintsCome();
  });

  it('has bounded streams on disk, and leaves to the operator what is not declared', async () => {
    for (const name of [EVENTS, DEAD_LETTERS]) {
      const { config } = await manager.streams.info(name);
      expect(config.storage).to.equal('file');
      expect(config.max_bytes).to.equal(64 * 1024 * 1024);
      expect(config.max_age).to.be.greaterThan(0);
    }
    await manager.streams.update(EVENTS, {
      max_age: 5_000_000_000,
      duplicate_window: 5_000_000_000,
      max_msg_size: 4_096,
    });
    await declareStreams(manager);
    const { config } = await manager.streams.info(EVENTS);
    expect(config.max_age).to.equal(24 * 3_600 * 1e9);
    expect(config.max_msg_size).to.equal(4_096);
  });
});
