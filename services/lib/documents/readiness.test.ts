import { expect } from 'chai';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { StoreReadiness } from '#lib/documents/readiness.ts';
import { createLogger } from '#lib/telemetry/log.ts';

const log = createLogger({ level: 'silent' });

async function becomes(readiness: StoreReadiness, ready: boolean): Promise<void> {
  while (readiness.ready !== ready) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('readiness of a store', () => {
  it('falls while the store fails, and comes back by itself', async () => {
    let fails = false;
    const ping = async (): Promise<void> => {
      if (fails) throw new StoreUnavailable('away');
    };
    using readiness = new StoreReadiness({ store: { ping }, log, everyMs: 2 });
    expect(readiness.ready).to.equal(true);
    fails = true;
    await becomes(readiness, false);
    fails = false;
    await becomes(readiness, true);
  });

  it('falls while the store hangs, which is asked once and not again and again', async () => {
    let asked = 0;
    const answer = Promise.withResolvers<void>();
    const ping = (): Promise<void> => {
      asked += 1;
      return answer.promise;
    };
    using readiness = new StoreReadiness({ store: { ping }, log, everyMs: 1, patienceMs: 5 });
    await becomes(readiness, false);
    expect(asked).to.equal(1);
    answer.resolve();
    await becomes(readiness, true);
  });
});
