import { type Backlog, isKnown, laneOf, questionLaneOf, Resting, type Right, type Task } from './backlog.ts';
import type { TelegramMetrics } from './metrics.ts';
import type { Inbox, InboxUpdate } from './updates/inbox.ts';
import type { Where } from './updates/update.ts';

export interface OwnBacklogOptions {
  readonly inbox: Inbox;
  readonly metrics: TelegramMetrics;
  /** Aborts when the service stops. */
  readonly signal: AbortSignal;
}

/** The backlog of a process that has its store to itself: in memory, and every lane is its own. */
export class OwnBacklog implements Backlog {
  readonly #inbox: Inbox;
  readonly #metrics: TelegramMetrics;
  readonly #right: Right;
  /** In the order of the messages. */
  readonly #waiting = new Map<string, InboxUpdate[]>();
  readonly #running = new Map<string, number>();
  /** What waits or is worked on, with what ends its measuring. */
  readonly #known = new Map<string, () => void>();
  readonly #resting = new Resting();

  constructor({ inbox, metrics, signal }: OwnBacklogOptions) {
    this.#inbox = inbox;
    this.#metrics = metrics;
    this.#right = { fence: undefined, signal, assure: async () => undefined };
  }

  get size(): number {
    return this.#known.size;
  }

  add(update: InboxUpdate): void {
    if (this.#known.has(update.key)) return;
    this.#known.set(update.key, this.#metrics.waiting(update.key, update.receivedAt));
    const lane = this.#waiting.getOrInsertComputed(laneOf(update), () => []);
    const behind = lane.findLastIndex(({ work }) => work.message <= update.work.message) + 1;
    lane.splice(behind, 0, update);
  }

  async found({ key }: InboxUpdate): Promise<boolean> {
    if (this.#known.has(key) || this.#resting.has(key)) return false;
    // It may have been done since it was found: only now it is certain that it is not.
    const update = await this.#inbox.open(key);
    if (update === undefined || !isKnown(update)) return false;
    this.add(update);
    return true;
  }

  async take(lane: string): Promise<Task | 'done'> {
    const waiting = this.#waiting.get(lane);
    const update = waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(lane);
    if (update === undefined) return 'done';
    this.#running.set(lane, update.work.message);
    return { update, right: this.#right };
  }

  ended(update: InboxUpdate, succeeded: boolean): void {
    this.#running.delete(laneOf(update));
    if (!succeeded) this.#resting.add(update.key);
    this.#known.get(update.key)?.();
    this.#known.delete(update.key);
  }

  drop(update: InboxUpdate): void {
    const waiting = this.#waiting.get(laneOf(update));
    const at = waiting?.findIndex(({ key }) => key === update.key) ?? -1;
    if (at >= 0) waiting?.splice(at, 1);
    this.#known.get(update.key)?.();
    this.#known.delete(update.key);
  }

  async leave(): Promise<void> {
    // Nobody else wants it.
  }

  async questionsOf(where: Where): Promise<number> {
    const lane = questionLaneOf(where);
    return (this.#waiting.get(lane)?.length ?? 0) + (this.#running.has(lane) ? 1 : 0);
  }
}
