import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { type Event, EventSchema } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { Application } from '#lib/events/application.ts';
import { eventMeasures } from '#lib/events/measures.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';

const ATTEMPTS = 3;
const never = new AbortController().signal;
const away = new RpcError({ code: 'UNAVAILABLE', reason: 'X', domain: 'otvet', message: 'away' });

describe('the application of events', () => {
  let attempts: string[];
  let dead: string[];
  let failing: Map<string, Error>;
  let lettersAway: boolean;
  let application: Application;
  const event = (id: string, type = 'T'): Event => create(EventSchema, { id, type, source: 'training' });

  beforeEach(() => {
    attempts = [];
    dead = [];
    failing = new Map();
    lettersAway = false;
    application = new Application({
      consumed: {
        source: 'training',
        types: ['T'],
        async apply({ id }) {
          attempts.push(id);
          const error = failing.get(id);
          if (error) throw error;
        },
      },
      log: createLogger({ level: 'silent' }),
      measures: eventMeasures(createMetrics()),
      deadLetters: {
        attempts: ATTEMPTS,
        async put({ id }) {
          if (lettersAway) throw new Error('away');
          dead.push(id);
        },
      },
      retry: { first: 0, most: 0 },
    });
  });

  const deliverUntilDone = async (id: string): Promise<number> => {
    for (let deliveries = 1; ; deliveries++) {
      if ((await application.deliver(event(id), false)) === undefined) return deliveries;
    }
  };

  it('is once, whoever brings an event', async () => {
    await application.apply([event('a'), event('a')], never);
    await application.deliver(event('a'), false);
    await application.deliver(event('b'), false);
    await application.apply([event('b'), event('c', 'Other')], never);
    expect(attempts).to.deep.equal(['a', 'b']);
  });

  it('asks the bus for another delivery of what failed, and leaves it to the bus alone', async () => {
    failing.set('a', new Error('bad'));
    expect(await application.deliver(event('a'), false)).to.be.a('number');
    await application.apply([event('a')], never);
    await application.again();
    expect(attempts).to.deep.equal(['a']);
    failing.clear();
    expect(await application.deliver(event('a'), false)).to.equal(undefined);
    expect(attempts).to.deep.equal(['a', 'a']);
  });

  it('tries what the feed brought by itself, and wants no hint of it', async () => {
    failing.set('a', new Error('bad'));
    await application.apply([event('a')], never);
    expect(await application.deliver(event('a'), false)).to.equal(undefined);
    expect(attempts).to.deep.equal(['a']);
    failing.clear();
    await application.again();
    expect(attempts).to.deep.equal(['a', 'a']);
    expect(application.dueMs).to.equal(Number.POSITIVE_INFINITY);
  });

  it('ends among the dead letters after so many attempts, of bus and process together', async () => {
    failing.set('a', new Error('bad'));
    await application.deliver(event('a'), false);
    application.takeOver();
    await application.again();
    await application.again();
    await application.again();
    expect(attempts).to.have.length(ATTEMPTS);
    expect(dead).to.deep.equal(['a']);
    await application.apply([event('a')], never);
    expect(attempts).to.have.length(ATTEMPTS);
  });

  it('is tried afresh when an operator sends the event again', async () => {
    failing.set('a', new Error('bad'));
    expect(await deliverUntilDone('a')).to.equal(ATTEMPTS);
    failing.clear();
    await application.deliver(event('a'), true);
    expect(attempts).to.have.length(ATTEMPTS + 1);
    await application.deliver(event('a'), false);
    expect(attempts).to.have.length(ATTEMPTS + 1);
  });

  it('never gives up for what is only away', async () => {
    failing.set('a', away);
    expect(await application.deliver(event('a'), false)).to.equal(undefined);
    for (let i = 0; i < 3 * ATTEMPTS; i++) await application.again();
    expect(dead).to.deep.equal([]);
    failing.clear();
    await application.again();
    expect(application.dueMs).to.equal(Number.POSITIVE_INFINITY);
  });

  it('keeps what the dead letters do not take', async () => {
    failing.set('a', new Error('bad'));
    lettersAway = true;
    expect(await deliverUntilDone('a')).to.equal(ATTEMPTS);
    expect(application.dueMs).to.equal(0);
    lettersAway = false;
    await application.again();
    expect(dead).to.deep.equal(['a']);
  });
});
