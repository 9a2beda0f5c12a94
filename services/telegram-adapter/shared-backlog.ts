import { setTimeout as sleep } from 'node:timers/promises';
import { type Backlog, chatOf, isKnown, laneOf, questionLaneOf, Resting, type Right, type Task } from './backlog.ts';
import type { Turn } from './lanes.ts';
import type { TelegramMetrics } from './metrics.ts';
import type { Lease, Leases } from './replicas/leases.ts';
import type { Replicas, Term } from './replicas/replicas.ts';
import type { Fence, Inbox, InboxUpdate } from './updates/inbox.ts';
import type { Where } from './updates/update.ts';

export interface SharedBacklogOptions {
  readonly bot: string;
  readonly inbox: Inbox;
  readonly leases: Leases;
  readonly replicas: Replicas;
  readonly metrics: TelegramMetrics;
  /** How long the result of a send that another replica began is waited for, in milliseconds. */
  readonly lateResultMs: number;
  /** Aborts when the service stops. */
  readonly signal: AbortSignal;
}

/** Updates that are done by who lost them, while they are taken over, before a lane is left for later. */
const MOST_CHANGES = 20;

/** The backlog of replicas that share a store: what is next is asked of the store, under the lease of the lane. */
export class SharedBacklog implements Backlog {
  readonly #options: SharedBacklogOptions;
  readonly #held = new Map<string, Lease>();
  /** What was seen here in each lane, with what ends its measuring. */
  readonly #noted = new Map<string, Map<string, () => void>>();
  readonly #resting = new Resting();
  #signals: { readonly term: Term; readonly signal: AbortSignal } | undefined;

  constructor(options: SharedBacklogOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#noted.size;
  }

  add(update: InboxUpdate): void {
    const { key, receivedAt } = update;
    const lane = this.#noted.getOrInsertComputed(laneOf(update), () => new Map());
    lane.getOrInsertComputed(key, () => this.#options.metrics.waiting(key, receivedAt));
  }

  async found(update: InboxUpdate): Promise<boolean> {
    return isKnown(update) && !this.#resting.has(update.key);
  }

  async take(lane: string, turn: Turn): Promise<Task | 'done' | 'elsewhere'> {
    if (turn === 'look' && (await this.#first(lane)) === undefined) return 'done';
    const lease = this.#holding(lane) ?? (await this.#options.leases.take(lane, turn === 'fresh'));
    if (lease === undefined) return 'elsewhere';
    this.#held.set(lane, lease);
    for (let tries = 0; tries < MOST_CHANGES; tries++) {
      const update = await this.#first(lane);
      if (update === undefined) return 'done';
      this.add(update);
      if (update.epoch === 0) return { update, right: this.#rightUnder(lease, [0, lease.epoch]) };
      const taken = await this.#takeOver(update, lease);
      if (taken !== undefined) return { update: taken, right: this.#rightUnder(lease, [lease.epoch]) };
    }
    return 'done';
  }

  ended(update: InboxUpdate, succeeded: boolean): void {
    const lane = laneOf(update);
    const noted = this.#noted.get(lane);
    noted?.get(update.key)?.();
    noted?.delete(update.key);
    if (!succeeded) this.#resting.add(update.key);
  }

  drop(update: InboxUpdate): void {
    this.ended(update, true);
  }

  async leave(lane: string): Promise<void> {
    for (const done of this.#noted.get(lane)?.values() ?? []) done();
    this.#noted.delete(lane);
    const lease = this.#holding(lane);
    this.#held.delete(lane);
    if (lease !== undefined) await this.#options.leases.giveBack(lease);
  }

  async questionsOf(where: Where): Promise<number> {
    let count = 0;
    for await (const update of this.#options.inbox.unfinished(this.#options.bot, where.chat)) {
      if (laneOf(update) === questionLaneOf(where)) count++;
    }
    return count;
  }

  /** The lease of a lane, where one is held. */
  #holding(lane: string): Lease | undefined {
    const lease = this.#held.get(lane);
    if (lease === undefined || lease.term === this.#options.replicas.term) return lease;
    this.#held.delete(lane);
    return undefined;
  }

  async #first(lane: string): Promise<InboxUpdate | undefined> {
    for await (const update of this.#options.inbox.unfinished(this.#options.bot, chatOf(lane))) {
      if (laneOf(update) === lane && isKnown(update) && !this.#resting.has(update.key)) return update;
    }
    return undefined;
  }

  /** An update that somebody has begun. Undefined when it changed meanwhile. */
  async #takeOver(update: InboxUpdate, { epoch }: Lease): Promise<InboxUpdate | undefined> {
    const { inbox, lateResultMs, signal } = this.#options;
    if (update.sending !== undefined && update.epoch !== epoch) {
      // Who began this send may have lost its lease only, and still write down what became of it.
      await sleep(lateResultMs, undefined, { signal });
    }
    return inbox.takeOver(update, epoch);
  }

  #rightUnder({ term }: Lease, fence: Fence): Right {
    const { replicas } = this.#options;
    const signal = this.#signalOf(term);
    return {
      fence,
      signal,
      assure: () => replicas.assure(term, signal),
    };
  }

  #signalOf(term: Term): AbortSignal {
    if (this.#signals?.term !== term) {
      this.#signals = { term, signal: AbortSignal.any([this.#options.signal, term.ended]) };
    }
    return this.#signals.signal;
  }
}
