import type { Said } from '../updates/update.ts';

/** Within so many milliseconds of what a person says, messages count together. */
const WINDOW_MS = 10_000;

/** People beyond whom nobody is remembered: what is kept stays small. */
const MOST_PEOPLE = 20_000;

/**
 * Sees who says a lot at once. What is taken in is answered; of what is beyond that the first gets one sentence, and the rest is
 * not taken in. Kept in memory: where several replicas take updates in, each counts by itself.
 */
export class Floods {
  readonly #limit: number;
  readonly #said = new Map<string, { times: number[]; told: boolean }>();

  /** `limit`: messages within 10 seconds; 0: any number. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is to be done with something that is said. */
  judge({ chat, user, at }: Said): 'take' | 'tell' | 'drop' {
    if (this.#limit === 0) return 'take';
    const key = `${chat}/${user}`;
    const person = this.#said.get(key) ?? { times: [], told: false };
    person.times = person.times.filter((time) => Math.abs(at - time) < WINDOW_MS);
    person.times.push(at);
    if (this.#said.size > MOST_PEOPLE) this.#said.clear();
    this.#said.set(key, person);
    if (person.times.length <= this.#limit) {
      person.told = false;
      return 'take';
    }
    if (person.times.length > 2 * this.#limit) person.times.shift();
    if (person.told) return 'drop';
    person.told = true;
    return 'tell';
  }
}
