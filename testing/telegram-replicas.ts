import type { Clock } from '#lib/clock.ts';
import { readConfig } from '#lib/config/variables.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { createMetrics, type Metrics } from '#lib/telemetry/metrics.ts';
import { telegramAdapterVariables } from '../services/telegram-adapter/config.ts';
import type { Heartbeat } from '../services/telegram-adapter/replicas/replicas.ts';
import { startTelegramAdapter, type TelegramParts } from '../services/telegram-adapter/service.ts';
import { type TemporaryFolder, temporaryFolder } from './folders.ts';
import { type Connection, SharedStore } from './shared-store.ts';
import { eventually, QUICK, sumOf, TelegramBench } from './telegram-bench.ts';
import { WebhookFront } from './webhook-front.ts';

/** The store of replicas. */
export interface ReplicaStores {
  /** Whether all replicas of a test use one open store, or each opens it for itself. */
  readonly per: 'test' | 'replica';
  /** Opens the store of a test, by the test's number. */
  readonly open: (test: number) => Promise<DocumentStore>;
  readonly heartbeat: Heartbeat;
}

/** Everything else that replicas wait for, so short that a test sees it. */
const HASTY: Partial<TelegramParts> = {
  pace: QUICK,
  looks: {
    sweepEveryMs: 1_000,
    laneEveryMs: 15,
    turnEveryMs: 30,
    groupsEveryMs: 60_000,
    botsEveryMs: 30,
    waitingEveryMs: 100,
  },
  lateResultMs: 150,
};

const SECRET = 'open-sesame';

/** One replica of the telegram-adapter. */
export interface Replica {
  readonly adapter: Awaited<ReturnType<typeof startTelegramAdapter>>;
  readonly connection: Connection;
  readonly metrics: Metrics;
  /** The sum of a metric over its labels. */
  metric(name: string): Promise<number>;
  /** As a signal ends it. */
  stop(graceMs: number): Promise<void>;
  /** As `kill -9` ends it: nothing is given back, nothing is written down. */
  kill(): Promise<void>;
}

/** Several replicas of the telegram-adapter over one store, between a Telegram double and played peers. */
export class TelegramReplicas {
  readonly bench: TelegramBench;
  readonly #running = new Set<Replica>();
  readonly #stores: ReplicaStores;
  /** Settings of each replica that is started from then on; none at the beginning of a test. */
  settings: Readonly<Record<string, string>> = {};
  #test = 0;
  #opened: DocumentStore[] = [];
  #shared: Promise<SharedStore> | undefined;
  #front: Promise<WebhookFront> | undefined;
  #folder!: TemporaryFolder;

  constructor(bench: TelegramBench, stores: ReplicaStores) {
    this.bench = bench;
    this.#stores = stores;
  }

  /** Call inside `describe`. */
  static inSuite(stores: ReplicaStores): TelegramReplicas {
    const replicas = new TelegramReplicas(TelegramBench.inSuite(), stores);
    beforeEach(async () => {
      replicas.#test++;
      replicas.settings = {};
      replicas.#folder = await temporaryFolder();
    });
    afterEach(() => replicas.#close());
    return replicas;
  }

  /** Starts one more that asks Telegram for updates when it is its turn. */
  polling(clock: Clock = this.bench.host.clock): Promise<Replica> {
    return this.#start({}, clock);
  }

  /** Starts one more that shares the webhook with the others: each delivery goes to the next one. */
  async webhook(clock: Clock = this.bench.host.clock): Promise<Replica> {
    this.#front ??= WebhookFront.start();
    const front = await this.#front;
    const env = {
      OTVET_TELEGRAM_WEBHOOK_URL: front.url,
      OTVET_TELEGRAM_WEBHOOK_SECRET: SECRET,
      OTVET_TELEGRAM_WEBHOOK_ADDRESS: '127.0.0.1:0',
    };
    const replica = await this.#start(env, clock);
    await eventually(() => takesUpdates(replica));
    front.targets = [...this.#running].map(({ adapter }) => adapter.webhookAddress ?? '');
    return replica;
  }

  /** Sends the deliveries to these only, in turn. */
  async route(...replicas: readonly Replica[]): Promise<void> {
    const front = await this.#front;
    if (front !== undefined) front.targets = replicas.map(({ adapter }) => adapter.webhookAddress ?? '');
  }

  async #start(env: Readonly<Record<string, string>>, clock: Clock): Promise<Replica> {
    const connection = await this.#connection();
    const metrics = createMetrics();
    const config = readConfig(telegramAdapterVariables, {
      ...this.bench.environment,
      ...this.settings,
      OTVET_DATA_DIR: this.#folder.path,
      ...env,
    });
    const host = { ...this.bench.host, metrics, clock };
    const adapter = await startTelegramAdapter(config, host, {
      ...HASTY,
      heartbeat: this.#stores.heartbeat,
      store: connection.store,
    });
    const stop = async (graceMs: number): Promise<void> => {
      if (this.#running.delete(replica)) await adapter.stop(graceMs);
    };
    const replica: Replica = {
      adapter,
      connection,
      metrics,
      metric: (name) => sumOf(metrics, name),
      stop,
      kill: async () => {
        connection.weather = 'cut';
        await stop(0);
      },
    };
    this.#running.add(replica);
    return replica;
  }

  async #connection(): Promise<Connection> {
    const open = async (): Promise<SharedStore> => {
      const store = await this.#stores.open(this.#test);
      this.#opened.push(store);
      return new SharedStore(store);
    };
    if (this.#stores.per === 'replica') return (await open()).connect();
    this.#shared ??= open();
    return (await this.#shared).connect();
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#running].map((replica) => replica.stop(0)));
    await (await this.#front)?.[Symbol.asyncDispose]();
    for (const store of this.#opened) await store[Symbol.asyncDispose]();
    this.#front = undefined;
    this.#shared = undefined;
    this.#opened = [];
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Whether a replica is far enough to store an update: it passes over one that means nothing. */
async function takesUpdates({ adapter }: Replica): Promise<boolean> {
  const headers = { 'x-telegram-bot-api-secret-token': SECRET, connection: 'close' };
  const url = `http://${adapter.webhookAddress}/telegram`;
  return (await fetch(url, { method: 'POST', headers, body: '{}' })).status === 200;
}
