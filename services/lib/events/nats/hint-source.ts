import { timestampMs } from '@bufbuild/protobuf/wkt';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { headers, nanos } from '@nats-io/transport-node';
import type { Clock } from '#lib/clock.ts';
import type { Hint, HintSource, Hints } from '#lib/events/hints.ts';
import type { EventMeasures } from '#lib/events/measures.ts';
import { putDeadLetter } from '#lib/events/nats/dead-letters.ts';
import { during, type Link, type Session } from '#lib/events/nats/link.ts';
import { eventOf, REPLAY, subjectOf } from '#lib/events/nats/message.ts';
import { declareStreams, EVENTS } from '#lib/events/nats/streams.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** A consumer that nobody asks for so long is removed by the server. */
const INACTIVE_MS = 60_000;
/** A hint that is not acknowledged by then is delivered again; while it is applied, `working` puts that off. */
const ACK_WAIT_MS = 30_000;
const WORKING_MS = 10_000;
/** So many hints may wait here, or be on their way to be delivered again. */
const MOST_PENDING = 256;
/** So long a dead consumer may go unnoticed, twice this at the most. */
const HEARTBEAT_MS = 5_000;

export interface JetStreamHintsOptions {
  readonly link: Link;
  /** The service that listens. */
  readonly service: string;
  readonly source: string;
  readonly types: readonly string[];
  /** Deliveries of one hint at the most: those that failed, and some for those that came to nobody. */
  readonly maxDeliver: number;
  /** Something that tells this consumer from all others. */
  readonly chance: () => string;
  readonly log: Logger;
  readonly measures: EventMeasures;
  readonly clock: Clock;
  /** How many hints may be here and not settled, if not as many as usual. */
  readonly mostPending?: number;
}

/** Hints of one owner by an ephemeral pull consumer of the events' stream. */
export class JetStreamHints implements HintSource {
  readonly #options: JetStreamHintsOptions;

  constructor(options: JetStreamHintsOptions) {
    this.#options = options;
  }

  whenBack(signal: AbortSignal, back: () => void): void {
    this.#options.link.whenUp(signal, back);
  }

  async open(): Promise<Hints | undefined> {
    const { link, log, source } = this.#options;
    const { session } = link;
    if (session === undefined) return undefined;
    try {
      return await during(session, this.#consume(session));
    } catch (error) {
      if (!session.lost.aborted) log.warn({ source, err: error }, 'no hints; the feed is followed instead');
      return undefined;
    }
  }

  async #consume(session: Session): Promise<Hints> {
    const { service, source, types, maxDeliver, chance, mostPending = MOST_PENDING } = this.#options;
    // The streams may have been removed since the connection was made.
    await declareStreams(session.manager);
    const name = `${service}-${source}-${chance()}`;
    await session.manager.consumers.add(EVENTS, {
      name,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.New,
      filter_subjects: [...new Set(types.map((type) => subjectOf(source, type)))],
      ack_wait: nanos(ACK_WAIT_MS),
      max_deliver: maxDeliver,
      max_ack_pending: mostPending,
      inactive_threshold: nanos(INACTIVE_MS),
      mem_storage: true,
    });
    const consumer = await session.client.consumers.get(EVENTS, name);
    const messages = await consumer.consume({
      max_messages: Math.ceil(mostPending / 2),
      idle_heartbeat: HEARTBEAT_MS,
      abort_on_missing_resource: true,
    });
    return new ConsumerHints(messages, session, () => session.manager.consumers.delete(EVENTS, name), this.#options);
  }
}

class ConsumerHints implements Hints {
  readonly #messages: ConsumerMessages;
  readonly #session: Session;
  readonly #remove: () => Promise<boolean>;
  readonly #options: JetStreamHintsOptions;
  readonly #over = new AbortController();
  readonly #received: JsMsg[] = [];
  readonly #pumping: Promise<void>;
  #wake: () => void = () => undefined;

  constructor(
    messages: ConsumerMessages,
    session: Session,
    remove: () => Promise<boolean>,
    options: JetStreamHintsOptions,
  ) {
    this.#messages = messages;
    this.#session = session;
    this.#remove = remove;
    this.#options = options;
    this.#pumping = this.#pump();
  }

  get ended(): AbortSignal {
    return this.#over.signal;
  }

  async next(ms: number, signal: AbortSignal): Promise<Hint | undefined> {
    if (this.#received.length === 0 && ms > 0 && !signal.aborted) await this.#news(ms, signal);
    const message = signal.aborted ? undefined : this.#received.shift();
    return message && this.#hint(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#messages.close();
    await this.#pumping;
    // Where it cannot be removed, the server removes it when nobody asks for it.
    if (!this.#session.lost.aborted) await during(this.#session, this.#remove()).catch(() => false);
  }

  async #pump(): Promise<void> {
    const { lost } = this.#session;
    const stop = (): void => void this.#messages.close();
    lost.addEventListener('abort', stop, { once: true });
    if (lost.aborted) stop();
    try {
      for await (const message of this.#messages) {
        this.#received.push(message);
        this.#wake();
      }
    } catch (error) {
      // The consumer is gone, as after a restart of the server: another one is made.
      this.#options.log.debug({ source: this.#options.source, err: error }, 'hints end');
    } finally {
      lost.removeEventListener('abort', stop);
      this.#over.abort();
    }
  }

  #news(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#wake = done;
    });
  }

  #hint(message: JsMsg): Hint {
    return {
      settle: async (deliver) => {
        const event = eventOf(message.headers, message.data);
        if (event === undefined || event.source !== this.#options.source) return this.#putAside(message);
        const { measures, clock } = this.#options;
        if (event.time && !message.redelivered) {
          measures.hintAge(event.source, Math.max(0, clock.now() - timestampMs(event.time)) / 1_000);
        }
        const working = setInterval(() => message.working(), WORKING_MS);
        const againInMs = await deliver(event, message.headers?.has(REPLAY) ?? false);
        clearInterval(working);
        if (againInMs === undefined) message.ack();
        else message.nak(againInMs);
      },
    };
  }

  /** What is no event never will be one. */
  async #putAside(message: JsMsg): Promise<void> {
    const { service, source, log, measures } = this.#options;
    try {
      await putDeadLetter(this.#session, {
        id: `#${message.seq}`,
        consumer: service,
        subject: message.subject,
        attempts: 1,
        reason: 'no event: its attributes are missing or do not fit its subject',
        headers: message.headers ?? headers(),
        data: message.data,
      });
      measures.deadLetter(source);
      log.error({ source, sequence: message.seq }, 'what came on the bus is no event; it is among the dead letters');
      message.term('no event');
    } catch (error) {
      log.warn({ source, sequence: message.seq, err: error }, 'the dead letters take nothing now');
      message.nak(WORKING_MS);
    }
  }
}
