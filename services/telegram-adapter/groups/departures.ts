import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '#lib/documents/port.ts';
import type { Desk } from '../desk.ts';

/** Leaves groups that nobody has let in when their time is over. Runs until the signal aborts. */
export async function leaveUnknownGroups(desk: Desk, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for (let chat = await desk.groups.due(); chat !== undefined && !signal.aborted; chat = await desk.groups.due()) {
        await leave(desk, chat, signal);
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) desk.log.error({ err: error }, 'groups to be left could not be read');
    }
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function leave(desk: Desk, chat: number, signal: AbortSignal): Promise<void> {
  // Operators need no pairing: their group is set.
  if (chat === desk.operators.group) return;
  const outcome = await desk.client.call('leaveChat', (api) => api.leaveChat({ chat_id: chat }, signal));
  if (!outcome.ok && !signal.aborted) desk.log.warn({ trouble: outcome.trouble }, 'a group could not be left');
}
