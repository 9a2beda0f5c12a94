import { expect } from 'chai';
import { readConfig } from '#lib/config/variables.ts';
import type { Host } from '#lib/service/host.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { createMetrics, type Metrics } from '#lib/telemetry/metrics.ts';
import type { Pace } from '../services/telegram-adapter/answering/pace.ts';
import { telegramAdapterVariables } from '../services/telegram-adapter/config.ts';
import { startTelegramAdapter, type TelegramParts } from '../services/telegram-adapter/service.ts';
import { type TemporaryFolder, temporaryFolder } from './folders.ts';
import { testHost } from './host.ts';
import { startTelegramDouble, type TelegramDouble } from './telegram-double.ts';
import { startTelegramPeers, type TelegramPeers } from './telegram-peers.ts';

/** As in a private chat, only quicker. */
export const QUICK: Pace = { holdMs: 10, editGapMs: 40, typingAfterMs: 60, typingEveryMs: 100 };

/** The chat of tests that need only one. */
export const CHAT = 4711;

/** The telegram-adapter between a Telegram double and played peers, made anew for each test of a mocha suite. */
export class TelegramBench {
  host!: Host;
  peers!: TelegramPeers;
  telegram!: TelegramDouble;
  adapter: Awaited<ReturnType<typeof startTelegramAdapter>> | undefined;
  #folder!: TemporaryFolder;

  /** Call inside `describe`. */
  static inSuite(): TelegramBench {
    const bench = new TelegramBench();
    let base: Host;
    before(async () => {
      base = await testHost();
    });
    beforeEach(async () => {
      bench.host = { ...base, metrics: createMetrics() };
      bench.peers = await startTelegramPeers(bench.host);
      bench.telegram = await startTelegramDouble();
      bench.#folder = await temporaryFolder();
    });
    afterEach(() => bench.#close());
    return bench;
  }

  /** Where an adapter finds what is around it. */
  get environment(): Readonly<Record<string, string>> {
    return {
      OTVET_DATA_DIR: this.#folder.path,
      OTVET_TELEGRAM_ADDRESS: '127.0.0.1:0',
      OTVET_CONVERSATION_ADDRESS: this.peers.conversationAddress,
      OTVET_TRAINING_ADDRESS: this.peers.trainingAddress,
      OTVET_TELEGRAM_TOKEN: this.telegram.token,
      OTVET_TELEGRAM_API_URL: this.telegram.url,
    };
  }

  async start(
    env: Readonly<Record<string, string>> = {},
    log: Logger = this.host.log,
    parts: Partial<TelegramParts> = {},
  ): Promise<void> {
    const config = readConfig(telegramAdapterVariables, { ...this.environment, ...env });
    this.adapter = await startTelegramAdapter(config, { ...this.host, log }, { pace: QUICK, ...parts });
  }

  /** 0: at once, as if it were killed. */
  async stop(graceMs: number): Promise<void> {
    await this.adapter?.stop(graceMs);
    this.adapter = undefined;
  }

  /** What the bot shows in a chat. */
  shown(chat: number = CHAT): readonly string[] {
    return this.telegram.answers(chat).map(({ text }) => text);
  }

  /** Resolves when the bot shows exactly these texts. */
  async shows(...texts: readonly string[]): Promise<void> {
    await this.telegram.waitFor(() => JSON.stringify(this.shown()) === JSON.stringify(texts));
  }

  /** Resolves when the first text of the bot matches. */
  async showsLike(pattern: RegExp): Promise<void> {
    await this.telegram.waitFor(() => pattern.test(this.shown()[0] ?? ''));
  }

  /** The sum of a metric over its labels. */
  metric(name: string): Promise<number> {
    return sumOf(this.host.metrics, name);
  }

  async #close(): Promise<void> {
    await this.stop(0);
    const faults = this.telegram.violations.map(({ method, fault }) => `${method}: ${fault}`);
    await this.telegram.close();
    await this.peers[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
    expect(faults).to.deep.equal([]);
  }
}

/** The sum of a metric over its labels; 0 where there is none. */
export async function sumOf(metrics: Metrics, name: string): Promise<number> {
  const metric = await metrics.getSingleMetric(name)?.get();
  return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
}

/** Something that a test lets go on when it is time. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves when it holds; a test's own time limit ends the wait. */
export async function eventually(holds: () => Promise<boolean | undefined>): Promise<void> {
  while (!(await holds())) await pause(5);
}
