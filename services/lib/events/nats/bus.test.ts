import { expect } from 'chai';
import { systemClock } from '#lib/clock.ts';
import { openNatsEvents } from '#lib/events/nats/bus.ts';
import { StartError } from '#lib/service/host.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';

describe('events over NATS', () => {
  it('do not begin with an address that cannot be read, which is not quoted', () => {
    const parts = {
      service: 'x',
      log: createLogger({ level: 'silent' }),
      metrics: createMetrics(),
      clock: systemClock,
    };
    for (const natsUrl of ['nats://anna:s3cret@', 'nats://a,http://b', 'nats://anna:%zz@one']) {
      expect(() => openNatsEvents({ ...parts, natsUrl })).to.throw(StartError, /^OTVET_NATS_URL: cannot be read\. /);
    }
  });
});
