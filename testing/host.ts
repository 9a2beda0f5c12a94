import { createAuthority } from '#lib/certificates/authority.ts';
import { type Clock, systemClock } from '#lib/clock.ts';
import { systemIds } from '#lib/ids.ts';
import type { Host } from '#lib/service/host.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';

/** What a test process gives to the services in it: a certificate authority of its own, and no log lines. */
export async function testHost(clock: Clock = systemClock): Promise<Host> {
  const authority = await createAuthority('otvet.test', Date.now());
  return {
    issue: (service) => authority.issue(service),
    log: createLogger({ level: process.env.OTVET_TEST_LOG ?? 'silent' }),
    metrics: createMetrics(),
    clock,
    ids: systemIds,
  };
}
