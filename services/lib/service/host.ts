import type { ServiceIdentity } from '#lib/certificates/identity.ts';
import type { Clock } from '#lib/clock.ts';
import type { Ids } from '#lib/ids.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Metrics } from '#lib/telemetry/metrics.ts';

/** What a process gives to each service that runs in it. */
export interface Host {
  /** What a service of this process proves itself by. */
  readonly issue: (service: string) => Promise<ServiceIdentity>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A service that was started. */
export interface RunningService {
  readonly name: string;
  /** `host:port` of its gRPC server, with the real port. */
  readonly address: string;
  /** Whether it takes calls now. */
  readonly ready: () => boolean;
  /** Stops taking, finishes or hands over what is left within `graceMs`, and releases everything. */
  stop(graceMs: number): Promise<void>;
}

/** Why a service cannot start, in words for the person who starts it: names what is wrong and says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
