import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { backoffMs } from '../answering/pace.ts';
import type { BotStatus } from '../bot-status.ts';
import type { Desk } from '../desk.ts';
import type { Intake } from './intake.ts';
import { updateIdOf } from './update.ts';

/** How long Telegram holds a request that has no updates, in seconds. */
const WAIT_SECONDS = 30;

/** Updates at work beyond which no more are asked for. */
const MOST_AT_WORK = 5_000;

/** The kinds of updates that this adapter reads. Telegram sends reactions to nobody who does not ask for them. */
export const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'my_chat_member',
  'callback_query',
  'message_reaction',
] as const;

/**
 * Asks for updates until the signal aborts. An offset confirms all updates before it, so it moves only when they are
 * stored.
 */
export async function poll(desk: Desk, intake: Intake, status: BotStatus, signal: AbortSignal): Promise<void> {
  let offset: number | undefined;
  let tries = 0;
  while (!signal.aborted) {
    await desk.lanes.room(() => desk.backlog.size < MOST_AT_WORK, signal);
    const outcome = await desk.client.call('getUpdates', (api) => {
      const params = { timeout: WAIT_SECONDS, limit: 100, allowed_updates: [...ALLOWED_UPDATES] };
      return api.getUpdates(offset === undefined ? params : { ...params, offset }, signal);
    });
    if (signal.aborted) return;
    if (!outcome.ok) {
      status.failing(outcome.trouble);
      const ms = outcome.trouble.kind === 'flood' ? outcome.trouble.retryAfterMs : backoffMs(tries++);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
      continue;
    }
    status.live();
    if (outcome.value.length === 0) {
      tries = 0;
      continue;
    }
    try {
      status.updated();
      await intake.receive(outcome.value);
      tries = 0;
      offset = Math.max(...outcome.value.map((update) => updateIdOf(update) ?? 0)) + 1;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof StoreUnavailable)) {
        desk.log.error({ err: error }, 'updates could not be stored; Telegram keeps them');
        await sleep(backoffMs(tries++), undefined, { signal }).catch(() => undefined);
        continue;
      }
      await desk.health.recovered(error, signal).catch(() => undefined);
    }
  }
}
