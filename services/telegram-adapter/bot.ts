import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BotSchema } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { BotStatus } from './bot-status.ts';
import type { Delivery } from './config.ts';
import { connect, offerCommands } from './connect.ts';
import type { Desk } from './desk.ts';
import { Intake } from './updates/intake.ts';
import { poll } from './updates/polling.ts';
import { startWebhook, type Webhook } from './updates/webhook.ts';

/** One bot at work: takes its updates in and answers them, until it is stopped. */
export class RunningBot {
  readonly #desk: Desk;
  readonly #delivery: Delivery;
  readonly #status: BotStatus;
  readonly #stopping: AbortController;
  readonly #taking = new AbortController();
  #intake: Intake | undefined;
  #webhook: Webhook | undefined;
  #running: Promise<void> = Promise.resolve();

  /** `stopping` aborts the signal of the desk. */
  constructor(desk: Desk, delivery: Delivery, stopping: AbortController) {
    this.#desk = desk;
    this.#delivery = delivery;
    this.#stopping = stopping;
    this.#status = new BotStatus(desk.bot, delivery.by, desk.clock, desk.log);
  }

  /** Begins; Telegram need not be there. Rejects when the webhook's address cannot be listened on. */
  async start(): Promise<void> {
    if (this.#delivery.by === 'webhook') {
      const { address, secret, url } = this.#delivery;
      const path = new URL(url).pathname;
      const receive = () => this.#receiver();
      this.#webhook = await startWebhook({ address, path, secret, receive, log: this.#desk.log });
    }
    this.#running = this.#run();
  }

  /** Where the webhook listens, with the real port; undefined without one. */
  get webhookAddress(): string | undefined {
    return this.#webhook?.address;
  }

  describe(): MessageInitShape<typeof BotSchema> {
    return this.#status.describe(this.#desk.assistants.known);
  }

  /** Takes nothing more in, lets what runs finish within `graceMs`, and leaves the rest to the next start. */
  async stop(graceMs: number): Promise<void> {
    this.#taking.abort();
    await this.#webhook?.stop();
    this.#intake = undefined;
    this.#desk.lanes.close();
    if (graceMs > 0) await Promise.race([this.#desk.lanes.quiet(), pause(graceMs)]);
    this.#stopping.abort();
    this.#desk.client.close();
    await Promise.all([this.#running, this.#desk.lanes.quiet()]);
  }

  async #run(): Promise<void> {
    const { signal, log } = this.#desk;
    try {
      await connect(this.#desk, this.#status, this.#delivery);
      const intake = new Intake(this.#desk, this.#status.username);
      const resumed = await intake.resume();
      if (resumed > 0) log.info({ resumed }, 'taking up what was left open');
      this.#intake = intake;
      const offering = offerCommands(this.#desk);
      if (this.#delivery.by === 'polling') await poll(this.#desk, intake, this.#status, this.#taking.signal);
      await offering;
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'the bot does not run');
    }
  }

  #receiver(): ((update: unknown) => Promise<void>) | undefined {
    const intake = this.#intake;
    if (intake === undefined) return undefined;
    return (update) => {
      this.#status.updated();
      return intake.receive([update]);
    };
  }
}

/** Resolves after a while, and holds no process open. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
