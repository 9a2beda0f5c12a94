import type { Clock } from '#lib/clock.ts';
import type { Collection, Document, DocumentStore } from '#lib/documents/port.ts';

/** What one person asked within a window of time, which begins with its first question. */
interface Window extends Document {
  /** `{bot}/{user}/{hour or day}`. */
  readonly key: string;
  /** Updates: one that is worked on again counts once. */
  readonly asked: readonly number[];
  readonly expireAt: number;
}

/** How many questions one person may ask; 0: as many as they like. */
export interface RateLimits {
  readonly perHour: number;
  readonly perDay: number;
}

const HOUR_MS = 3_600_000;

/** Counts the questions of people where all replicas see them: one write for each, and none where there are no limits. */
export class Rate {
  readonly #windows: Collection<Window>;
  readonly #limits: readonly { readonly name: string; readonly limit: number; readonly ms: number }[];
  readonly #bot: string;
  readonly #clock: Clock;

  constructor(store: DocumentStore, bot: string, { perHour, perDay }: RateLimits, clock: Clock) {
    this.#windows = store.collection<Window>({ name: 'rates', indexes: [], expiry: 'expireAt' });
    this.#limits = [
      { name: 'hour', limit: perHour, ms: HOUR_MS },
      { name: 'day', limit: perDay, ms: 24 * HOUR_MS },
    ].filter(({ limit }) => limit > 0);
    this.#bot = bot;
    this.#clock = clock;
  }

  get isOn(): boolean {
    return this.#limits.length > 0;
  }

  /** Counts a question. When it is one too many: the time from which on they may ask again, milliseconds since the epoch. */
  async reachedUntil(user: number, update: number): Promise<number | undefined> {
    for (const { name, limit, ms } of this.#limits) {
      const until = await this.#count(`${this.#bot}/${user}/${name}`, limit, ms, update);
      if (until !== undefined) return until;
    }
    return undefined;
  }

  async #count(key: string, limit: number, ms: number, update: number): Promise<number | undefined> {
    for (;;) {
      const fits = { [`asked.${limit - 1}`]: { exists: false }, asked: { lacks: update } };
      if ((await this.#windows.update(key, fits, { push: { asked: { value: update } } })).ok) return undefined;
      const window = await this.#windows.get(key);
      if (window !== undefined) return window.asked.includes(update) ? undefined : window.expireAt;
      const first = { key, asked: [update], expireAt: this.#clock.now() + ms };
      if ((await this.#windows.insert(first)).ok) return undefined;
    }
  }
}
