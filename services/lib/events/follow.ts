import { FeedConsumer } from '#lib/events/consumer.ts';
import { eventMeasures } from '#lib/events/measures.ts';
import type { ConsumeOptions, EventBus, EventConsumer } from '#lib/events/port.ts';
import type { RpcChannel } from '#lib/rpc/client.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Metrics } from '#lib/telemetry/metrics.ts';

export interface FeedBusOptions {
  /** Ways to the owners, by service name. They stay the caller's. */
  readonly channels: Readonly<Record<string, RpcChannel>>;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Where to begin, by source; the oldest event kept where there is none. */
  readonly cursors?: Readonly<Record<string, string>>;
}

/** The event bus of the embedded parts: each consumer follows the owner's feed over RPC, and reconnects for ever. */
export function createFeedBus({ channels, log, metrics, cursors = {} }: FeedBusOptions): EventBus {
  const measures = eventMeasures(metrics);
  return {
    consume(consumed: ConsumeOptions): EventConsumer {
      const { source } = consumed;
      return new FeedConsumer({
        consumed,
        channel: channelTo(channels, source),
        log,
        measures,
        cursor: cursors[source] ?? '',
      });
    },
  };
}

/** Throws `TypeError` where there is none. */
export function channelTo(channels: Readonly<Record<string, RpcChannel>>, source: string): RpcChannel {
  const channel = channels[source];
  if (channel === undefined) throw new TypeError(`there is no way to ${source}`);
  return channel;
}
