import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '#lib/documents/port.ts';
import type { BotStatus } from '../bot-status.ts';
import type { Desk } from '../desk.ts';
import type { Lease, Leases } from '../replicas/leases.ts';

export interface TakingTurns {
  readonly leases: Leases;
  readonly status: BotStatus;
  /** How often a replica that waits looks whether it is its turn, in milliseconds. */
  readonly lookEveryMs: number;
}

/** The lease of a bot: who holds it asks Telegram for its updates. */
export function updatesLeaseOf(bot: string): string {
  return `${bot}/updates`;
}

/**
 * Runs `poll` in one replica at a time, until the signal aborts: Telegram refuses a second one. The lease is given back at once when
 * this replica stops; it is lost when the others take this one for dead.
 */
export async function inTurn(
  desk: Desk,
  { leases, status, lookEveryMs }: TakingTurns,
  poll: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let likely = true; !signal.aborted; likely = false) {
    const lease = await take(desk, leases, likely, signal);
    if (lease === undefined) {
      status.standby();
      const ms = lookEveryMs * (0.75 + Math.random() / 2);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
      continue;
    }
    const ended = desk.metrics.polling();
    try {
      await poll(AbortSignal.any([signal, lease.term.ended]));
    } finally {
      ended();
      await leases.giveBack(lease).catch((err: unknown) => {
        desk.log.warn(
          { err },
          'the right to ask for updates could not be given back; another replica takes it when this one is gone',
        );
      });
    }
  }
}

async function take(desk: Desk, leases: Leases, likely: boolean, signal: AbortSignal): Promise<Lease | undefined> {
  try {
    return await leases.take(updatesLeaseOf(desk.bot), likely);
  } catch (error) {
    if (error instanceof StoreUnavailable) await desk.health.recovered(error, signal).catch(() => undefined);
    else desk.log.error({ err: error }, 'the right to ask for updates could not be taken; trying on');
    return undefined;
  }
}
