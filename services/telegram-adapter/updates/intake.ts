import { StoreUnavailable } from '#lib/documents/port.ts';
import type { Desk } from '../desk.ts';
import { readOperator } from '../handoff/read-operator.ts';
import { acknowledge, acknowledgeStray } from '../presses/acknowledge.ts';
import { dispatch } from '../work.ts';
import type { Self } from './addressing.ts';
import { field, textOf } from './fields.ts';
import { acceptInOrder } from './in-order.ts';
import type { InboxUpdate } from './inbox.ts';
import { NEAR_LIMIT } from './pasted.ts';
import { type Meaning, readUpdate, updateIdOf } from './update.ts';

/** Takes updates in, whichever way they come: stored first, then worked on. */
export class Intake {
  readonly #desk: Desk;
  readonly #self: Self;

  constructor(desk: Desk, self: Self) {
    this.#desk = desk;
    this.#self = self;
  }

  /**
   * Resolves when every update is stored, or needs not be. Rejects with `StoreUnavailable` when one could not be: the
   * sender is to send them again, those that were stored are known then.
   */
  async receive(updates: readonly unknown[]): Promise<void> {
    const results = await acceptInOrder(updates, (update) => this.#accept(update));
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
    const { bot, client, clock, inbox, metrics, operators } = this.#desk;
    const id = updateIdOf(update);
    const heard = readOperator(update, operators.group);
    if (heard?.query !== undefined) void client.answerPress(heard.query, '');
    const meaning = heard?.meaning ?? this.#calmed(await this.#admitted(readUpdate(update, this.#self), update));
    if (id === undefined || meaning.kind === 'ignored') {
      metrics.updates.inc({ kind: 'ignored' });
      return undefined;
    }
    if (meaning.kind === 'membership' || meaning.kind === 'moved') {
      metrics.updates.inc({ kind: 'membership' });
      await this.#note(meaning);
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

  /** What is asked in a group that is not open to the bot is neither kept nor answered; it is said once how the group is let in. */
  async #admitted(meaning: Meaning, update: unknown): Promise<Meaning> {
    if (!('place' in meaning) || meaning.place === 'private') return meaning;
    if (meaning.kind === 'standing' || meaning.kind === 'press' || meaning.kind === 'reaction') return meaning;
    if (meaning.kind === 'command' && meaning.name === 'pair') return meaning;
    const state = await this.#desk.groups.state(meaning.chat);
    if (state === 'open') return meaning;
    if (state === 'closed') return { kind: 'ignored' };
    const { chat, thread, place, user, message, at, language } = meaning;
    const title = textOf(field(field(field(update, 'message'), 'chat'), 'title'));
    const said = { chat, ...(thread === undefined ? {} : { thread }), place, user, message, at, language };
    return { kind: 'knock', title, ...said };
  }

  /** Clients split what is long, and albums, into several messages: those count for nothing. */
  #calmed(meaning: Meaning): Meaning {
    const counts =
      (meaning.kind === 'question' && meaning.text.length < NEAR_LIMIT) ||
      meaning.kind === 'command' ||
      meaning.kind === 'edit' ||
      ((meaning.kind === 'unsupported' || meaning.kind === 'media') && meaning.album === '');
    const judged = counts ? this.#desk.floods.judge(meaning) : 'take';
    if (judged === 'take' || !counts) return meaning;
    if (judged === 'drop') return { kind: 'ignored' };
    const { chat, thread, place, user, message, at, language } = meaning;
    return { kind: 'flood', chat, ...(thread === undefined ? {} : { thread }), place, user, message, at, language };
  }

  async #note(meaning: Extract<Meaning, { kind: 'membership' | 'moved' }>): Promise<void> {
    const { people, groups } = this.#desk;
    if (meaning.kind === 'moved') return groups.move(meaning.chat, meaning.to);
    await people.setInactive(meaning.chat, meaning.blocked);
    if (meaning.chat < 0) await groups.left(meaning.chat);
  }
}
