import { expect } from 'chai';
import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { OutboxEntry } from '#lib/documents/port.ts';
import type { EventBus, EventConsumer } from '#lib/events/port.ts';

/** A bus with an owner of events at its other end. */
export interface BusUnderTest {
  readonly bus: EventBus;
  /** The name of the owner. */
  readonly source: string;
  /** Has the owner tell something; resolves when that is stored at the owner. */
  publish(entry: OutboxEntry): Promise<void>;
  /** Cuts the consumers off from the owner until `restore`. */
  interrupt(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

const TYPE = 'otvet.test.v1.Changed';

/** Registers the suite that every event bus passes. `open` is called for each test. */
export function eventBusContract(name: string, open: () => Promise<BusUnderTest>): void {
  describe(`${name}: the event port`, () => {
    let subject: BusUnderTest;
    let consumers: EventConsumer[];
    let count = 0;
    beforeEach(async () => {
      consumers = [];
      subject = await open();
    });
    afterEach(async () => {
      await Promise.all(consumers.map((consumer) => consumer[Symbol.asyncDispose]()));
      await subject.close();
    });

    const publish = async (type = TYPE): Promise<string> => {
      const id = `e${String(count++).padStart(6, '0')}`;
      await subject.publish({ id, type, subject: `things/${id}`, time: 1_700_000_000_123, data: 'AQID' });
      return id;
    };
    const consume = (apply: (event: Event) => Promise<void>): EventConsumer => {
      const consumer = subject.bus.consume({ source: subject.source, types: [TYPE], apply });
      consumers.push(consumer);
      return consumer;
    };
    const collect = (): { readonly consumer: EventConsumer; readonly heard: Event[] } => {
      const heard: Event[] = [];
      const consumer = consume(async (event) => {
        heard.push(event);
      });
      return { consumer, heard };
    };
    const ids = (heard: readonly Event[]): string[] => [...new Set(heard.map(({ id }) => id))];
    const until = async (what: string, holds: () => boolean): Promise<void> => {
      for (const end = Date.now() + 5_000; !holds(); ) {
        if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };

    it('tells what was published before, in order, and is caught up then', async () => {
      const published = [await publish(), await publish(), await publish()];
      const { consumer, heard } = collect();
      await until('three events', () => heard.length >= 3);
      await consumer.caughtUp(AbortSignal.timeout(5_000));
      expect(ids(heard)).to.deep.equal(published);
      expect(heard[0]).to.deep.include({ source: subject.source, type: TYPE, subject: `things/${published[0]}` });
      expect(heard[0]?.time).to.deep.include({ seconds: 1_700_000_000n, nanos: 123_000_000 });
      expect([...(heard[0]?.data ?? [])]).to.deep.equal([1, 2, 3]);
    });

    it('tells what is published later, to every consumer', async () => {
      const [one, other] = [collect(), collect()];
      await one.consumer.caughtUp(AbortSignal.timeout(5_000));
      const published = [await publish(), await publish()];
      await until('both heard both', () => ids(one.heard).length === 2 && ids(other.heard).length === 2);
      expect(ids(one.heard)).to.deep.equal(published);
      expect(ids(other.heard)).to.deep.equal(published);
    });

    it('passes over other types', async () => {
      const { heard } = collect();
      await publish('otvet.test.v1.Other');
      const wanted = await publish();
      await until('the wanted one', () => heard.length > 0);
      expect(ids(heard)).to.deep.equal([wanted]);
    });

    it('brings again what could not be applied, and goes on with the rest', async () => {
      const applied: string[] = [];
      let failures = 2;
      const bad = await publish();
      const good = await publish();
      consume(async ({ id }) => {
        if (id === bad && failures-- > 0) throw new Error('not now');
        applied.push(id);
      });
      await until('both', () => applied.includes(bad) && applied.includes(good));
      expect(failures).to.equal(-1);
    });

    it('goes on after an interruption, without a gap', async () => {
      const { consumer, heard } = collect();
      const published = [await publish()];
      await consumer.caughtUp(AbortSignal.timeout(5_000));
      await until('the first', () => heard.length > 0);
      await subject.interrupt();
      published.push(await publish(), await publish());
      await subject.restore();
      await until('all three', () => ids(heard).length === 3);
      published.push(await publish());
      await until('all four', () => ids(heard).length === 4);
      expect(ids(heard)).to.deep.equal(published);
    });

    it('applies one event at a time', async () => {
      let running = 0;
      let most = 0;
      let done = 0;
      for (let i = 0; i < 5; i++) await publish();
      consume(async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running--;
        done++;
      });
      await until('five events', () => done >= 5);
      expect(most).to.equal(1);
    });

    it('gives up waiting when the signal says so', async () => {
      await subject.interrupt();
      const { consumer } = collect();
      const error: unknown = await consumer.caughtUp(AbortSignal.timeout(50)).catch((reason: unknown) => reason);
      expect(error).to.have.property('name', 'TimeoutError');
      await subject.restore();
      await consumer.caughtUp(AbortSignal.timeout(5_000));
    });

    it('tells nothing after it was disposed of', async () => {
      const { consumer, heard } = collect();
      await consumer.caughtUp(AbortSignal.timeout(5_000));
      await consumer[Symbol.asyncDispose]();
      await publish();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(heard).to.deep.equal([]);
    });
  });
}
