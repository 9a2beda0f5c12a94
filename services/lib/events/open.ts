import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import { createFeedBus } from '#lib/events/follow.ts';
import type { EventBus } from '#lib/events/port.ts';
import type { RpcChannel } from '#lib/rpc/client.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Metrics } from '#lib/telemetry/metrics.ts';

export interface EventsOptions {
  /** Who tells and listens: a service name. */
  readonly service: string;
  /** Undefined: no bus; the feeds of owners are followed. */
  readonly natsUrl: string | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Both sides of events, for one service. Consumers are disposed of before it. */
export interface Events extends AsyncDisposable {
  /** The consuming side. `channels` are ways to the owners, by service name, and stay the caller's. */
  bus(channels: Readonly<Record<string, RpcChannel>>): EventBus;
  /**
   * The publishing side: tells of an event that the owner's feed has by now, so that others need not wait for their next reading.
   * Best effort: never throws, never waits, and what cannot be told is dropped and counted. Without a bus it does nothing.
   */
  announce(event: Event): void;
}

/**
 * Opens the events of a service: over NATS where that is configured, which may come and go meanwhile, else by the feeds alone. Throws
 * `StartError` for an address that cannot be read.
 */
export async function openEvents({ natsUrl, ...options }: EventsOptions): Promise<Events> {
  if (natsUrl !== undefined) {
    // Loaded only here: a process without NATS does without its client.
    const { openNatsEvents } = await import('#lib/events/nats/bus.ts');
    return openNatsEvents({ ...options, natsUrl });
  }
  const { log, metrics } = options;
  return {
    bus: (channels) => createFeedBus({ channels, log, metrics }),
    announce: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
