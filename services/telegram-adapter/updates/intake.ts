import { StoreUnavailable } from '#lib/documents/port.ts';
import type { Desk } from '../desk.ts';
import { acknowledge, acknowledgeStray } from '../presses/acknowledge.ts';
import { dispatch } from '../work.ts';
import type { InboxUpdate } from './inbox.ts';
import { readUpdate, updateIdOf } from './update.ts';

/** Takes updates in, whichever way they come: stored first, then worked on. */
export class Intake {
  readonly #desk: Desk;
  readonly #username: string;

  /** `username` is the bot's own, without `@`. */
  constructor(desk: Desk, username: string) {
    this.#desk = desk;
    this.#username = username;
  }

  /**
   * Resolves when every update is stored, or needs not be. Rejects with `StoreUnavailable` when one could not be: the
   * sender is to send them again, those that were stored are known then.
   */
  async receive(updates: readonly unknown[]): Promise<void> {
    const results = await Promise.allSettled(updates.map((update) => this.#accept(update)));
    for (const result of results) {
      if (result.status !== 'fulfilled' || result.value === undefined) continue;
      const { work } = result.value;
      if (work.kind === 'press') void acknowledge(this.#desk, work);
      dispatch(this.#desk, result.value);
    }
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    if (failed.reason instanceof StoreUnavailable) this.#desk.health.failed(failed.reason);
    throw failed.reason;
  }

  /** The update to work on; undefined for one that needs no work or came before. */
  async #accept(update: unknown): Promise<InboxUpdate | undefined> {
    const { bot, clock, inbox, metrics, people } = this.#desk;
    const id = updateIdOf(update);
    const meaning = readUpdate(update, this.#username);
    if (id === undefined || meaning.kind === 'ignored') {
      metrics.updates.inc({ kind: 'ignored' });
      return undefined;
    }
    if (meaning.kind === 'membership') {
      metrics.updates.inc({ kind: 'membership' });
      await people.setInactive(meaning.chat, meaning.blocked);
      return undefined;
    }
    if (meaning.kind === 'strayPress') {
      metrics.updates.inc({ kind: 'press' });
      void acknowledgeStray(this.#desk, meaning);
      return undefined;
    }
    const accepted = await inbox.accept(bot, id, meaning, clock.now());
    metrics.updates.inc({ kind: accepted === undefined ? 'duplicate' : meaning.kind });
    return accepted;
  }
}
