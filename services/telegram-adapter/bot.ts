import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BotSchema } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { BotStatus } from './bot-status.ts';
import type { Delivery } from './config.ts';
import { connect } from './connect.ts';
import type { Desk } from './desk.ts';
import { leaveUnknownGroups } from './groups/departures.ts';
import { watchHandoffs } from './handoff/watch.ts';
import { COMMAND_NAMES, type Menus } from './menus.ts';
import type { Leases } from './replicas/leases.ts';
import { Sweep } from './sweep.ts';
import type { Self } from './updates/addressing.ts';
import { Intake } from './updates/intake.ts';
import { poll } from './updates/polling.ts';
import { inTurn } from './updates/taking-turns.ts';
import type { Webhook } from './updates/webhook.ts';
import { WebhookWatch } from './updates/webhook-watch.ts';

/** How often is looked for what nobody works on, and for what is another replica's, in milliseconds. */
export interface Looks {
  readonly sweepEveryMs: number;
  /** For a lane in which another replica works. */
  readonly laneEveryMs: number;
  /** For the right to ask Telegram for updates. */
  readonly turnEveryMs: number;
  /** For groups to be left. */
  readonly groupsEveryMs: number;
  /** For bots that were added, changed or removed. */
  readonly botsEveryMs: number;
  /** At what Telegram says of the updates that wait. */
  readonly waitingEveryMs: number;
}

export const LOOKS: Looks = {
  sweepEveryMs: 5_000,
  laneEveryMs: 200,
  turnEveryMs: 700,
  groupsEveryMs: 60_000,
  botsEveryMs: 2_000,
  waitingEveryMs: 60_000,
};

/** How often a bot that ends looks whether all is done, in milliseconds. */
const RETIRING_LOOK_MS = 50;

export interface BotParts {
  readonly desk: Desk;
  readonly delivery: Delivery;
  /** Where Telegram sends updates; undefined where they are asked for. */
  readonly webhook: Webhook | undefined;
  readonly isFromEnvironment: boolean;
  readonly looks: Looks;
  readonly menus: Menus;
  /** Undefined where this process has its store to itself. */
  readonly leases: Leases | undefined;
  /** Aborts the signal of the desk. */
  readonly stopping: AbortController;
}

/** One bot at work: takes its updates in and answers them, until it is stopped. */
export class RunningBot {
  readonly #parts: BotParts;
  readonly #desk: Desk;
  readonly #status: BotStatus;
  readonly #sweep: Sweep;
  readonly #taking = new AbortController();
  #intake: Intake | undefined;
  #closeRoute: () => void = () => undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(parts: BotParts) {
    const { desk, delivery, looks, isFromEnvironment } = parts;
    this.#parts = parts;
    this.#desk = desk;
    this.#status = new BotStatus(desk.bot, { delivery: delivery.by, isFromEnvironment }, desk.clock, desk.log);
    this.#sweep = new Sweep(desk, looks.sweepEveryMs);
  }

  /** Begins; Telegram need not be there. */
  start(): void {
    const { delivery, webhook } = this.#parts;
    if (delivery.by === 'webhook' && webhook !== undefined) {
      const { secret, url } = delivery;
      const path = new URL(url).pathname;
      this.#closeRoute = webhook.open({ path, secret, receive: () => this.#receiver() });
    }
    this.#running = this.#run();
  }

  /** Has an assistant answer from now on: `assistants/{assistant}`. */
  serve(assistant: string): void {
    this.#desk.assistants.choose(assistant);
  }

  describe(): MessageInitShape<typeof BotSchema> {
    return { ...this.#status.describe(this.#desk.assistants.known), claimCode: this.#desk.owners.unclaimed };
  }

  /** Looks at once for what nobody works on. */
  takeOver(): void {
    this.#sweep.wake();
  }

  /** Takes nothing more in, lets what runs finish within `graceMs`, and leaves the rest to the other replicas or the next start. */
  async stop(graceMs: number): Promise<void> {
    const { lanes, client } = this.#desk;
    this.#taking.abort();
    this.#closeRoute();
    this.#intake = undefined;
    lanes.close();
    if (graceMs > 0) await Promise.race([lanes.quiet(), pause(graceMs)]);
    this.#parts.stopping.abort();
    client.close();
    await Promise.all([this.#running, lanes.quiet()]);
  }

  /** Takes nothing more in, goes on with what was accepted for at most `limitMs` or until the signal aborts, and ends. */
  async retire(limitMs: number, signal: AbortSignal): Promise<void> {
    this.#taking.abort();
    this.#closeRoute();
    const until = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    while (this.#desk.backlog.size > 0 && !until.aborted) await pause(RETIRING_LOOK_MS);
    await this.stop(signal.aborted ? 0 : RETIRING_LOOK_MS);
  }

  async #run(): Promise<void> {
    const { signal, log } = this.#desk;
    try {
      await connect(this.#desk, this.#status, this.#parts.delivery);
      await this.#sweep.takeUp(this.#taking.signal);
      this.#intake = new Intake(this.#desk, this.#self());
      await this.#tellClaim();
      const { menus, delivery, looks } = this.#parts;
      const { signal: taking } = this.#taking;
      await Promise.all([
        this.#take(this.#intake),
        this.#sweep.run(taking),
        leaveUnknownGroups(this.#desk, looks.groupsEveryMs, taking),
        watchHandoffs(this.#desk, looks.sweepEveryMs, taking),
        menus.offer(this.#desk),
        new WebhookWatch(this.#desk, this.#status, delivery, looks.waitingEveryMs).run(taking),
      ]);
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'the bot does not run');
    }
  }

  #self(): Self {
    const { bot, keywords } = this.#desk;
    const { username, hearsAll } = this.#status;
    return { id: Number(bot), username, keywords, commands: COMMAND_NAMES, hearsAll };
  }

  /** Tells operators how the bot is claimed, while nobody owns it. */
  async #tellClaim(): Promise<void> {
    const { owners, ids, log, health, signal } = this.#desk;
    try {
      const code = await owners.claimCode(ids);
      if (code !== undefined)
        log.info(`nobody owns the bot in Telegram yet: write /pair ${code} to it to decide on groups`);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await health.recovered(error, signal);
      await this.#tellClaim();
    }
  }

  /** Asks for updates where they are not sent. */
  async #take(intake: Intake): Promise<void> {
    const { delivery, leases, looks } = this.#parts;
    const asking = (signal: AbortSignal): Promise<void> => {
      this.#status.live();
      return poll(this.#desk, intake, this.#status, signal);
    };
    if (delivery.by === 'webhook') this.#status.live();
    else if (leases === undefined) await asking(this.#taking.signal);
    else {
      const turns = { leases, status: this.#status, lookEveryMs: looks.turnEveryMs };
      await inTurn(this.#desk, turns, asking, this.#taking.signal);
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
