import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from './deployment.ts';
import type { Broken } from './evidence.ts';
import type { Lessons } from './lessons.ts';
import type { Partners } from './partners.ts';
import type { People } from './people.ts';
import type { Asking, Fault, Wave } from './plan.ts';

/** How often the questions that wait are counted. */
const COUNT_EVERY_MS = 250;

/** Who asks, and what is asked. */
export interface Players {
  readonly people: People;
  readonly partners: Partners;
  readonly lessons: Lessons;
  readonly deployment: Deployment;
}

/** Sends waves of questions, and lets things go wrong meanwhile. */
export class Waves implements AsyncDisposable {
  readonly #players: Players;
  readonly #signal: AbortSignal;
  readonly #over = new AbortController();
  /** Until when somebody waits. */
  readonly #until: AbortSignal;
  readonly #calls: Promise<void>[] = [];
  readonly #suffering: Promise<void>[] = [];
  /** How often each kind of fault happened. */
  readonly faults: Record<string, number> = {};
  /** Most questions without an answer at one time. */
  mostInFlight = 0;
  /** Processes that did not come back. */
  readonly broken: Broken[] = [];

  /** What is under way ends when the signal aborts. */
  constructor(players: Players, signal: AbortSignal) {
    this.#players = players;
    this.#signal = signal;
    this.#until = AbortSignal.any([this.#over.signal, signal]);
  }

  /** Whether somebody has not seen all that was asked for. */
  get isWaiting(): boolean {
    const { people, partners, lessons } = this.#players;
    return people.isWaiting || partners.inFlight > 0 || lessons.isWaiting;
  }

  /** Resolves when all is asked and all faults are mended, not when all is answered. */
  async send(wave: Wave): Promise<void> {
    const { people, partners } = this.#players;
    const count = (): void => {
      this.mostInFlight = Math.max(this.mostInFlight, people.inFlight + partners.inFlight);
    };
    const counting = setInterval(count, COUNT_EVERY_MS);
    try {
      await this.#sendAll(wave);
    } finally {
      clearInterval(counting);
    }
    people.mend();
  }

  async #sendAll(wave: Wave): Promise<void> {
    await Promise.all([
      this.#follow(wave.askings, (asking) => this.#ask(asking)),
      this.#follow(wave.lessons, ({ lesson }) => this.#calls.push(this.#players.lessons.teach(lesson, this.#until))),
      this.#follow(wave.faults, (fault) => this.#suffering.push(this.#suffer(fault))),
    ]);
    await Promise.all(this.#suffering);
  }

  /** Waits until all that was asked is answered, or `limitMs` is over. */
  async answered(limitMs: number): Promise<void> {
    for (const end = Date.now() + limitMs; this.isWaiting && Date.now() < end; ) {
      await sleep(200, undefined, { signal: this.#signal });
    }
  }

  /** Nobody waits any more, and what was broken is mended: nothing is started after the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await Promise.all([...this.#calls, ...this.#suffering]);
  }

  #ask(asking: Asking): void {
    const { people, partners } = this.#players;
    if (asking.in === 'telegram') people.ask(asking);
    else this.#calls.push(partners.ask(asking, this.#until));
  }

  async #suffer(fault: Fault): Promise<void> {
    const { people, deployment } = this.#players;
    this.faults[fault.kind] = (this.faults[fault.kind] ?? 0) + 1;
    people.suffer(fault);
    try {
      await deployment.suffer(fault);
    } catch (error) {
      this.broken.push({ invariant: 'comes back', message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Does each thing at its time, whatever became of those before. */
  async #follow<T extends { readonly atMs: number }>(things: readonly T[], act: (thing: T) => void): Promise<void> {
    const begun = performance.now();
    for (const thing of things) {
      const wait = begun + thing.atMs - performance.now();
      if (wait > 0) await sleep(wait, undefined, { signal: this.#signal });
      act(thing);
    }
  }
}
