import { setTimeout as sleep } from 'node:timers/promises';
import type { BotStatus } from '../bot-status.ts';
import type { Delivery } from '../config.ts';
import { webhookOf } from '../connect.ts';
import type { Desk } from '../desk.ts';

/** Asks Telegram now and then how the delivery of a bot's updates goes, and sets its webhook again where somebody else has changed it. */
export class WebhookWatch {
  readonly #desk: Desk;
  readonly #status: BotStatus;
  readonly #delivery: Delivery;
  readonly #everyMs: number;
  #pending = 0;
  /** Seconds since the epoch, as Telegram tells it; errors from before the start are not news. */
  #lastErrorAt: number;

  constructor(desk: Desk, status: BotStatus, delivery: Delivery, everyMs: number) {
    this.#desk = desk;
    this.#status = status;
    this.#delivery = delivery;
    this.#everyMs = everyMs;
    this.#lastErrorAt = Math.floor(desk.clock.now() / 1000) - 1;
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { bot, metrics } = this.#desk;
    const hide = metrics.pendingOf(bot, () => this.#pending);
    try {
      while (!signal.aborted) {
        await this.#look(signal);
        const ms = this.#everyMs * (0.75 + Math.random() / 2);
        await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
      }
    } finally {
      hide();
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { bot, client, metrics } = this.#desk;
    const outcome = await client.call('getWebhookInfo', (api) => api.getWebhookInfo(signal));
    if (signal.aborted) return;
    if (!outcome.ok) {
      // With long polling, the polls themselves tell what keeps updates away.
      if (this.#delivery.by === 'webhook') this.#status.failing(outcome.trouble);
      return;
    }
    const { url, pending_update_count: pending, last_error_date: errorAt = 0 } = outcome.value;
    this.#pending = pending;
    if (errorAt > this.#lastErrorAt) {
      metrics.webhookErrors.inc({ bot });
      this.#lastErrorAt = errorAt;
    }
    if (this.#delivery.by === 'webhook') await this.#keep(this.#delivery, url, signal);
  }

  async #keep(
    delivery: Extract<Delivery, { by: 'webhook' }>,
    url: string | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (url !== delivery.url) {
      this.#desk.log.warn('the webhook is not the one that was set here; setting it again');
      const set = await this.#desk.client.call('setWebhook', (api) => api.setWebhook(webhookOf(delivery), signal));
      if (!set.ok) {
        if (!signal.aborted) this.#status.failing(set.trouble);
        return;
      }
    }
    this.#status.live();
  }
}
