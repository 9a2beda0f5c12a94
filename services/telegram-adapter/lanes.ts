/** Work that runs one at a time in its lane, while different lanes run in parallel. */

/** How a step in a lane ended. */
export type Stepped =
  /** There may be more to do. */
  | 'more'
  /** Nothing is left to do. */
  | 'done'
  /** Another replica works in this lane. */
  | 'elsewhere';

/** How a lane comes to its turn. */
export type Turn =
  /** Something new is there. */
  | 'fresh'
  /** Another replica probably works there, or nothing is left to do. */
  | 'look';

export interface LanesOptions {
  /** Steps that run at once over all lanes; a lane that waits for its turn keeps its place in the line. */
  readonly limit: number;
  /** Does the next thing in a lane. Must not reject. */
  readonly step: (lane: string, turn: Turn) => Promise<Stepped>;
  /** Gives a lane back in which nothing is done any more. Must not reject. */
  readonly leave: (lane: string) => Promise<void>;
  /** How often lanes in which another replica works are looked at, in milliseconds. */
  readonly lookEveryMs: number;
}

interface Lane {
  turn: Turn;
  running: boolean;
  /** Something came while it ran. */
  kicked: boolean;
  /** Whether to look again when another replica works there. */
  patient: boolean;
}

/** So many lanes are looked at at a time: what waiting for other replicas costs is bounded. */
const MOST_LOOKS = 64;

export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ready: string[] = [];
  readonly #parked = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #running = 0;
  #closed = false;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** Says that there is something to do in a lane. `patient`: if another replica works there, looks again until it is done. */
  kick(name: string, patient: boolean): void {
    if (this.#closed) return;
    const lane = this.#lanes.get(name);
    if (lane === undefined) {
      this.#lanes.set(name, { turn: patient ? 'fresh' : 'look', running: false, kicked: false, patient });
      this.#ready.push(name);
      this.#start();
      return;
    }
    lane.patient ||= patient;
    if (lane.running) lane.kicked = true;
  }

  /** Starts nothing more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when no step runs. */
  async quiet(): Promise<void> {
    while (this.#running > 0) await new Promise<void>((resolve) => this.#listeners.add(resolve));
  }

  /** Resolves when there is room, or when the signal aborts; asks each time that a step has ended. */
  async room(hasRoom: () => boolean, signal: AbortSignal): Promise<void> {
    while (!hasRoom() && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#listeners.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  #start(): void {
    while (!this.#closed && this.#running < this.#options.limit) {
      const name = this.#ready.shift();
      if (name === undefined) return;
      const lane = this.#lanes.get(name);
      if (lane !== undefined) void this.#run(name, lane);
    }
  }

  async #run(name: string, lane: Lane): Promise<void> {
    this.#running++;
    lane.running = true;
    lane.kicked = false;
    const stepped = await this.#options.step(name, lane.turn);
    if (stepped === 'done' || this.#closed) await this.#options.leave(name);
    lane.running = false;
    this.#running--;
    this.#goOn(name, lane, stepped);
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
    this.#start();
  }

  #goOn(name: string, lane: Lane, stepped: Stepped): void {
    if (stepped === 'elsewhere' && lane.patient) {
      lane.turn = 'look';
      this.#parked.add(name);
      this.#lookLater();
    } else if (stepped === 'more' || lane.kicked) {
      lane.turn = 'fresh';
      this.#ready.push(name);
    } else {
      this.#lanes.delete(name);
    }
  }

  #lookLater(): void {
    if (this.#timer !== undefined || this.#closed) return;
    // Replicas that wait for the same one do not all look at the same time.
    const ms = this.#options.lookEveryMs * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const name of [...this.#parked].slice(0, MOST_LOOKS)) {
        this.#parked.delete(name);
        this.#ready.push(name);
      }
      if (this.#parked.size > 0) this.#lookLater();
      this.#start();
    }, ms);
  }
}
