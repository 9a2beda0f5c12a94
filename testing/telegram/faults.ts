// Faults on demand: what the next calls of a method meet instead of a plain answer.

/** What goes wrong with a call. Without `status`, `drop` and `body` the call goes on after `delayMs`. */
export interface Fault {
  /** Answer with this status and description; the call has no effect. */
  readonly status?: number;
  readonly description?: string;
  /** Seconds, for 429. */
  readonly retry_after?: number;
  /** `before`: cut the connection, no effect. `after`: the call takes effect, then the connection is cut: result lost. */
  readonly drop?: 'before' | 'after';
  /** The same as `drop: 'after'`. */
  readonly dropAfter?: boolean;
  /** Wait this long before anything else, milliseconds. */
  readonly delayMs?: number;
  /** Answer with these very bytes (not JSON, perhaps) and the status, no effect. */
  readonly body?: string;
  /** How many calls meet it; default 1. */
  readonly times?: number;
}

/** Faults that wait for calls; those of a method come before those of all methods but getUpdates (`*`). */
export class FaultQueue {
  readonly #queues = new Map<string, Fault[]>();

  /** Adds faults, to be met in this order. */
  add(method: string, faults: readonly Fault[]): void {
    const queue = this.#queues.get(method.toLowerCase()) ?? [];
    for (const fault of faults) for (let i = 0; i < (fault.times ?? 1); i++) queue.push(fault);
    this.#queues.set(method.toLowerCase(), queue);
  }

  /** The fault that a call meets now. */
  next(method: string): Fault | undefined {
    if (this.#queues.size === 0) return undefined;
    const own = this.#queues.get(method.toLowerCase())?.shift();
    return own ?? (method === 'getUpdates' ? undefined : this.#queues.get('*')?.shift());
  }

  /** Forgets all that wait. */
  clear(): void {
    this.#queues.clear();
  }
}
