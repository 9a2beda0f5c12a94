import { setTimeout as sleep } from 'node:timers/promises';
import { LoggableError } from '#lib/telemetry/error.ts';
import { TelegramClient, type TelegramClientOptions } from '../telegram/client.ts';

/** How long Telegram has to say who a bot is, in milliseconds: whoever adds a bot waits for it. */
const ASKING_MS = 3_000;

/** Telegram did not confirm what was asked of it. */
class NotConfirmed extends LoggableError {
  override readonly name = 'NotConfirmed';
}

/** What is asked of Telegram for a bot that does not run. */
export class BotDoor {
  readonly #options: Omit<TelegramClientOptions, 'token'>;

  constructor(options: Omit<TelegramClientOptions, 'token'>) {
    this.#options = options;
  }

  /** The bot's user name; undefined where Telegram refuses the token; empty where it cannot be asked now. */
  async username(token: string, signal: AbortSignal): Promise<string | undefined> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(ASKING_MS)]);
    return this.#asking(token, async (client) => {
      const outcome = await client.call('getMe', (api) => api.getMe(until));
      if (outcome.ok) return outcome.value.username ?? '';
      return outcome.trouble.kind === 'unauthorized' ? undefined : '';
    });
  }

  /** Resolves when no updates are sent for this token any more, or it is void. Rejects when that cannot be known now. */
  async removeWebhook(token: string, signal: AbortSignal): Promise<void> {
    await this.#asking(token, async (client) => {
      const outcome = await client.call('deleteWebhook', (api) => api.deleteWebhook({}, signal));
      if (outcome.ok || outcome.trouble.kind === 'unauthorized') return;
      const { trouble } = outcome;
      if (trouble.kind === 'flood') await sleep(trouble.retryAfterMs, undefined, { signal, ref: false });
      throw new NotConfirmed(`Telegram did not remove the webhook (${trouble.kind})`);
    });
  }

  async #asking<T>(token: string, ask: (client: TelegramClient) => Promise<T>): Promise<T> {
    const client = new TelegramClient({ ...this.#options, token });
    try {
      return await ask(client);
    } finally {
      client.close();
    }
  }
}
