import { type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import { AuthorizationError, connect, type NatsConnection } from '@nats-io/transport-node';
import { declareStreams } from '#lib/events/nats/streams.ts';
import { connectionOptions } from '#lib/events/nats/url.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** A handshake that a server left is given up by then. */
const DIAL_LIMIT_MS = 2_000;
/** How long an answer of JetStream's API may take. */
const ANSWER_LIMIT_MS = 2_000;
const RECONNECT_MS = { wait: 250, jitter: 250 };
/** Waits between attempts to connect or to declare the streams, doubled each time. */
const BACKOFF_MS = { first: 250, most: 10_000 };
/** A server that answers no pings for so long is given up, twice this at the latest. */
const PING_MS = 10_000;

/** JetStream from one (re)connection to its loss. */
export interface Session {
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Aborts when the connection is lost. */
  readonly lost: AbortSignal;
}

/** Waits for an answer no longer than the session lasts: the client would wait for what was lost with the connection. */
export function during<T>({ lost }: Pick<Session, 'lost'>, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(new Error('the connection was lost'));
    if (lost.aborted) end();
    lost.addEventListener('abort', end, { once: true });
    answer.then(resolve, reject).finally(() => lost.removeEventListener('abort', end));
  });
}

/** Why there is no connection, for operators. */
export function unreached(error: unknown): string {
  if (error instanceof AuthorizationError) return 'it refuses the user or the password of OTVET_NATS_URL';
  if (!(error instanceof Error)) return 'no server answers';
  if (error.message.includes("does not support 'tls'")) return 'it offers no TLS, and OTVET_NATS_URL asks for it';
  const code = 'code' in error ? String(error.code) : '';
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) return `its certificate is not trusted (${code})`;
  return error instanceof TypeError ? error.message : 'no server answers';
}

export interface LinkOptions {
  readonly url: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
  readonly log: Logger;
}

/** A way to NATS that is made again for ever, also where no server is there at first. */
export class Link implements AsyncDisposable {
  readonly #options: LinkOptions;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<() => void>();
  readonly #running: Promise<void>;
  #connection: NatsConnection | undefined;
  #session: Session | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** JetStream, ready to use; undefined while it is away. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** Calls back once when there is a session, at once where there is one; not after the signal aborts. */
  whenUp(signal: AbortSignal, up: () => void): void {
    if (signal.aborted) return;
    if (this.#session) {
      up();
      return;
    }
    const call = (): void => {
      signal.removeEventListener('abort', forget);
      this.#waiting.delete(call);
      up();
    };
    const forget = (): void => void this.#waiting.delete(call);
    this.#waiting.add(call);
    signal.addEventListener('abort', forget, { once: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    // Where the server is away the client has nothing to flush, and waits for nobody.
    await this.#connection?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    let backoff = BACKOFF_MS.first;
    while (!this.#closing.signal.aborted) {
      try {
        this.#connection = await this.#connect();
        log.info({ server: this.#connection.getServer() }, 'NATS reached');
        backoff = BACKOFF_MS.first;
        await this.#watch(this.#connection);
      } catch (error) {
        log.warn({ err: error }, `NATS not reached: ${unreached(error)}. Trying again; feeds are followed meanwhile`);
      }
      await this.#pause(backoff * (0.5 + Math.random() / 2));
      backoff = Math.min(backoff * 2, BACKOFF_MS.most);
    }
  }

  #connect(): Promise<NatsConnection> {
    return connect({
      ...connectionOptions(this.#options.url, this.#options.name),
      timeout: DIAL_LIMIT_MS,
      maxReconnectAttempts: -1,
      // A password that is being changed is refused for a while.
      ignoreAuthErrorAbort: true,
      reconnectTimeWait: RECONNECT_MS.wait,
      reconnectJitter: RECONNECT_MS.jitter,
      reconnectJitterTLS: RECONNECT_MS.jitter,
      pingInterval: PING_MS,
    });
  }

  /** Has a session for each time that the connection is there. Resolves when it is closed for good. */
  async #watch(connection: NatsConnection): Promise<void> {
    if (this.#closing.signal.aborted) await connection.close();
    let lost = new AbortController();
    const begin = (): void => {
      lost = new AbortController();
      void this.#begin(connection, lost.signal);
    };
    const end = (): void => {
      this.#session = undefined;
      lost.abort();
    };
    const statuses = connection.status();
    begin();
    for await (const { type } of statuses) {
      if (type === 'disconnect') {
        end();
        this.#options.log.warn('NATS lost. Connecting again; feeds are followed meanwhile');
      } else if (type === 'reconnect') {
        this.#options.log.info({ server: connection.getServer() }, 'NATS reached again');
        begin();
      }
    }
    end();
  }

  /** Makes the session as soon as the streams stand. Never rejects. */
  async #begin(connection: NatsConnection, lost: AbortSignal): Promise<void> {
    const client = jetstream(connection, { timeout: ANSWER_LIMIT_MS });
    for (let backoff = BACKOFF_MS.first; !lost.aborted; backoff = Math.min(backoff * 2, BACKOFF_MS.most)) {
      try {
        const manager = await client.jetstreamManager(false);
        await during({ lost }, declareStreams(manager));
        this.#session = { client, manager, lost };
        for (const up of [...this.#waiting]) up();
        return;
      } catch (error) {
        if (lost.aborted) return;
        this.#options.log.warn({ err: error }, 'the streams of NATS cannot be declared; trying again');
        await this.#pause(backoff, lost);
      }
    }
  }

  #pause(ms: number, signal = this.#closing.signal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}
