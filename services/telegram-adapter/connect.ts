import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from 'node-telegram-bot-api';
import { backoffMs } from './answering/pace.ts';
import type { BotStatus } from './bot-status.ts';
import type { Delivery } from './config.ts';
import type { Desk } from './desk.ts';
import { ALLOWED_UPDATES } from './updates/polling.ts';

/** Makes the bot known and chooses how its updates come; tries until Telegram agrees. Rejects when the service stops. */
export async function connect(desk: Desk, status: BotStatus, delivery: Delivery): Promise<void> {
  const me = await insist(desk, status, 'getMe', (api) => api.getMe(desk.signal));
  status.username = me.username ?? '';
  status.hearsAll = me.can_read_all_group_messages === true;
  if (delivery.by === 'webhook') {
    await insist(desk, status, 'setWebhook', (api) => api.setWebhook(webhookOf(delivery), desk.signal));
  } else {
    // Updates that wait are kept: they are answered, or apologized for.
    await insist(desk, status, 'deleteWebhook', (api) =>
      api.deleteWebhook({ drop_pending_updates: false }, desk.signal),
    );
  }
}

/** What Telegram is told of a webhook. */
export function webhookOf({ url, secret }: Extract<Delivery, { by: 'webhook' }>) {
  return { url, secret_token: secret, allowed_updates: [...ALLOWED_UPDATES] };
}

async function insist<T>(desk: Desk, status: BotStatus, method: string, run: (api: Api) => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    const outcome = await desk.client.call(method, run);
    desk.signal.throwIfAborted();
    if (outcome.ok) return outcome.value;
    status.failing(outcome.trouble);
    const ms = outcome.trouble.kind === 'flood' ? outcome.trouble.retryAfterMs : backoffMs(tries);
    await sleep(ms, undefined, { signal: desk.signal });
  }
}
