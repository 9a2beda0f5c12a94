import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { SealBroken, type Sealer } from '#lib/sealing/sealer.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { RunningBot } from '../bot.ts';
import type { StoreHealth } from '../replicas/store-health.ts';
import type { BotRecord, BotRegistry } from './registry.ts';
import { type BotSecrets, openSecrets, sealSecrets } from './secrets.ts';

export interface FleetOptions {
  readonly registry: BotRegistry;
  readonly sealer: Sealer | undefined;
  /** Telegram's number of the bot that the environment manages: what is kept of the same one counts for nothing. */
  readonly environmentBot: string | undefined;
  /** Makes a bot, which does not run yet. */
  readonly botFor: (record: BotRecord, secrets: BotSecrets) => RunningBot;
  /** Tells Telegram to send a bot's updates nowhere; rejects where that cannot be known to be done. */
  readonly removeWebhook: (token: string, signal: AbortSignal) => Promise<void>;
  readonly health: StoreHealth;
  readonly log: Logger;
  /** How often the registry is looked at, in milliseconds. */
  readonly lookEveryMs: number;
}

interface Member {
  readonly bot: RunningBot;
  readonly record: BotRecord;
}

/** How long a removed bot goes on with what it had accepted, in milliseconds. */
const FINISHING_MS = 60_000;

/** Runs the bots that the registry has, in this replica. Each by itself: none waits for another. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #members = new Map<string, Member>();
  readonly #leaving = new Map<string, Promise<void>>();
  /** Bots whose secrets cannot be opened, by number and life, with why. */
  readonly #sealed = new Map<string, string>();
  /** Bots that could not be ended yet, as the log knows. */
  readonly #late = new Set<string>();
  readonly #stopping = new AbortController();
  #looking: Promise<void> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Begins to look; resolves when the bots that are known now run, or the store is not there. */
  async start(): Promise<void> {
    await this.look();
    this.#running = this.#run();
  }

  /** The bot as it runs here. */
  running({ key, life }: BotRecord): RunningBot | undefined {
    const member = this.#members.get(key);
    return member?.record.life === life ? member.bot : undefined;
  }

  /** Why a bot cannot run here; undefined where it can. */
  problem({ key, life }: BotRecord): string | undefined {
    return this.#sealed.get(`${key} ${life}`);
  }

  /** Has every bot look at once for what nobody works on. */
  takeOver(): void {
    for (const { bot } of this.#members.values()) bot.takeOver();
  }

  /** Compares what runs with the registry, and makes it so. Never rejects. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#running, this.#looking]);
    await Promise.all([...this.#members.values()].map(({ bot }) => bot.stop(graceMs)));
    await Promise.all(this.#leaving.values());
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(this.#options.lookEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.look();
    }
  }

  async #look(): Promise<void> {
    const { registry, environmentBot, health, log } = this.#options;
    if (this.#stopping.signal.aborted) return;
    try {
      const records = (await registry.all()).filter(({ key }) => key !== environmentBot);
      const known = new Map(records.map((record) => [record.key, record]));
      for (const [key, { record }] of this.#members) {
        const now = known.get(key);
        if (now?.life !== record.life || now.removedAt !== undefined) this.#retire(key);
      }
      for (const record of records) await this.#follow(record);
    } catch (error) {
      if (error instanceof StoreUnavailable) health.failed(error);
      else log.error({ err: error }, 'the bots could not be looked at; trying on');
    }
  }

  async #follow(record: BotRecord): Promise<void> {
    const { key } = record;
    if (this.#leaving.has(key)) return;
    if (record.removedAt !== undefined) {
      this.#leave(key, this.#finishRemoval(record));
      return;
    }
    const member = this.#members.get(key);
    if (member !== undefined) {
      member.bot.serve(record.assistant);
      this.#members.set(key, { ...member, record });
      return;
    }
    const secrets = this.#open(record);
    if (secrets === undefined) return;
    const bot = this.#options.botFor(record, secrets);
    this.#members.set(key, { bot, record });
    bot.start();
    await this.#reseal(record, secrets);
  }

  /** Logs once for each bot whose secrets cannot be opened. */
  #open(record: BotRecord): BotSecrets | undefined {
    const { sealer, log } = this.#options;
    const id = `${record.key} ${record.life}`;
    try {
      const secrets = openSecrets(sealer, record);
      this.#sealed.delete(id);
      return secrets;
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      const problem = `Its token cannot be opened: ${error.message}. Give the key back in OTVET_SECRET_KEY_FILE, or remove the bot and add it anew.`;
      if (this.#sealed.get(id) === undefined) log.error({ bot: record.key, problem }, 'a bot cannot run');
      this.#sealed.set(id, problem);
      return undefined;
    }
  }

  async #reseal(record: BotRecord, secrets: BotSecrets): Promise<void> {
    const { sealer, registry, log } = this.#options;
    if (sealer === undefined || sealer.isNewest(record.sealedToken)) return;
    const { sealedToken, sealedSecret } = sealSecrets(sealer, record.key, secrets);
    await registry.reseal(record, sealedToken, sealedSecret);
    log.info({ bot: record.key }, 'the token of a bot is sealed with the newest key now');
  }

  /** Ends a bot that is not in the registry any more. */
  #retire(key: string): void {
    const member = this.#members.get(key);
    if (member === undefined) return;
    this.#members.delete(key);
    this.#options.log.info({ bot: key }, 'a bot was removed; it finishes what it accepted');
    this.#leave(key, member.bot.retire(FINISHING_MS, this.#stopping.signal));
  }

  /** Removes the webhook, then forgets the token; tried again at the next look while Telegram cannot be reached. */
  async #finishRemoval(record: BotRecord): Promise<void> {
    const { registry, removeWebhook, log } = this.#options;
    const secrets = this.#open(record);
    if (secrets !== undefined) await removeWebhook(secrets.token, this.#stopping.signal);
    await registry.forget(record);
    this.#sealed.delete(`${record.key} ${record.life}`);
    log.info({ bot: record.key }, 'a removed bot is forgotten');
  }

  #leave(key: string, leaving: Promise<void>): void {
    const settled = leaving
      .then(() => void this.#late.delete(key))
      .catch((err: unknown) => {
        const { log } = this.#options;
        if (!this.#stopping.signal.aborted && !this.#late.has(key)) {
          log.warn({ err, bot: key }, 'a removed bot could not be forgotten yet; trying on');
        }
        this.#late.add(key);
      })
      .finally(() => this.#leaving.delete(key));
    this.#leaving.set(key, settled);
  }
}
