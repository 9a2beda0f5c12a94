import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import type { RetryTimes } from '#lib/events/application.ts';
import { FeedConsumer } from '#lib/events/consumer.ts';
import { channelTo } from '#lib/events/follow.ts';
import { eventMeasures } from '#lib/events/measures.ts';
import { Announcer } from '#lib/events/nats/announcer.ts';
import { putDeadLetter, reasonOf } from '#lib/events/nats/dead-letters.ts';
import { JetStreamHints } from '#lib/events/nats/hint-source.ts';
import { Link } from '#lib/events/nats/link.ts';
import { headersOf, subjectOf } from '#lib/events/nats/message.ts';
import { connectionOptions } from '#lib/events/nats/url.ts';
import type { Events } from '#lib/events/open.ts';
import type { EventConsumer } from '#lib/events/port.ts';
import { systemIds } from '#lib/ids.ts';
import type { RpcChannel } from '#lib/rpc/client.ts';
import { StartError } from '#lib/service/host.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { Metrics } from '#lib/telemetry/metrics.ts';

/** After so many attempts an event goes to the dead letters: about a minute with the usual waits between them. */
const ATTEMPTS = 8;
/** Deliveries that are never attempts: those of a process that was paused, or that ended. */
const SPARE_DELIVERIES = 8;

export interface NatsEventsOptions {
  readonly service: string;
  readonly natsUrl: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Waits between attempts to apply an event. */
  readonly retry?: RetryTimes;
}

/**
 * Events by NATS: hints over JetStream, the truth in the feed of each owner. Connects by itself and for ever. Throws `StartError` for an
 * address that cannot be read.
 */
export function openNatsEvents({ service, natsUrl, log, metrics, clock, retry }: NatsEventsOptions): Events {
  checkAddress(natsUrl);
  const measures = eventMeasures(metrics);
  const link = new Link({ url: natsUrl, name: `otvet ${service}`, log });
  const announcer = new Announcer({ link, log, measures });
  const deadLetters = {
    attempts: ATTEMPTS,
    async put(event: Event, attempts: number, error: unknown): Promise<void> {
      const { session } = link;
      if (session === undefined) throw new Error('NATS is away');
      const { id, source, type, data } = event;
      const [reason, subject] = [reasonOf(error), subjectOf(source, type)];
      await putDeadLetter(session, {
        id,
        consumer: service,
        subject,
        attempts,
        reason,
        headers: headersOf(event),
        data,
      });
    },
  };
  const consume = (channels: Readonly<Record<string, RpcChannel>>, consumed: Parameters<Consume>[0]): EventConsumer => {
    const { source, types } = consumed;
    const maxDeliver = ATTEMPTS + SPARE_DELIVERIES;
    const chance = (): string => systemIds.random().slice(0, 8);
    const hints = new JetStreamHints({ link, service, source, types, maxDeliver, chance, log, measures, clock });
    const channel = channelTo(channels, source);
    return new FeedConsumer({ consumed, channel, log, measures, cursor: '', hints, deadLetters, retry });
  };
  return {
    bus: (channels) => ({ consume: (consumed) => consume(channels, consumed) }),
    announce: (event) => announcer.announce(event),
    async [Symbol.asyncDispose]() {
      await announcer[Symbol.asyncDispose]();
      await link[Symbol.asyncDispose]();
    },
  };
}

/** Without quoting it: it may hold a password. */
function checkAddress(natsUrl: string): void {
  try {
    connectionOptions(natsUrl, '');
  } catch (error) {
    const expected = 'nats://host:port or nats://user:password@host:port, several with commas';
    throw new StartError(`OTVET_NATS_URL: cannot be read. It must be ${expected}.`, { cause: error });
  }
}

type Consume = ReturnType<Events['bus']>['consume'];
