/** Work that runs one at a time in its lane, in the order of positions, while different lanes run in parallel. */

interface Job {
  readonly position: number;
  readonly run: () => Promise<void>;
}

interface Lane {
  readonly waiting: Job[];
  running: boolean;
}

/** At most `limit` jobs run at once over all lanes; a lane that waits for its turn keeps its place in the line. */
export class Lanes {
  readonly #limit: number;
  readonly #lanes = new Map<string, Lane>();
  readonly #ready: string[] = [];
  readonly #listeners = new Set<() => void>();
  #running = 0;
  #jobs = 0;
  #closed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Jobs that wait or run. */
  get size(): number {
    return this.#jobs;
  }

  /** Adds a job behind those of smaller or equal position that wait in the lane. A job must not reject. */
  add(name: string, position: number, run: () => Promise<void>): void {
    const lane = this.#lanes.get(name) ?? { waiting: [], running: false };
    this.#lanes.set(name, lane);
    const behind = lane.waiting.findLastIndex((job) => job.position <= position) + 1;
    lane.waiting.splice(behind, 0, { position, run });
    this.#jobs++;
    if (!lane.running && lane.waiting.length === 1) this.#ready.push(name);
    this.#start();
  }

  /** Jobs of one lane that wait or run. */
  sizeOf(name: string): number {
    const lane = this.#lanes.get(name);
    return lane === undefined ? 0 : lane.waiting.length + (lane.running ? 1 : 0);
  }

  /** Starts nothing more. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves when no job runs. */
  async quiet(): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resolve) => this.#listeners.add(resolve));
  }

  /** Resolves when fewer than `limit` jobs wait or run, or when the signal aborts. */
  async room(limit: number, signal: AbortSignal): Promise<void> {
    while (this.#jobs >= limit && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#listeners.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  #start(): void {
    while (!this.#closed && this.#running < this.#limit) {
      const name = this.#ready.shift();
      if (name === undefined) return;
      const lane = this.#lanes.get(name);
      const job = lane?.waiting.shift();
      if (lane === undefined || job === undefined) continue;
      lane.running = true;
      this.#running++;
      void job.run().finally(() => this.#ended(name, lane));
    }
  }

  #ended(name: string, lane: Lane): void {
    lane.running = false;
    this.#running--;
    this.#jobs--;
    if (lane.waiting.length > 0) this.#ready.push(name);
    else this.#lanes.delete(name);
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
    this.#start();
  }
}
