import { randomBytes } from 'node:crypto';

/** Where ids come from: passed in, so that tests can foresee them. */
export interface Ids {
  /** A time-ordered id: 10 characters of time and 16 of chance, Crockford base 32, lower case. Sorts by time as text. */
  ordered(now: number): string;
  /** An id nobody can guess: 26 characters, 130 bits. */
  random(): string;
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export const systemIds: Ids = {
  ordered: (now) => timePart(now) + chancePart(16),
  random: () => chancePart(26),
};

function timePart(now: number): string {
  let rest = now;
  let text = '';
  for (let i = 0; i < 10; i++) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function chancePart(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += ALPHABET[byte & 31];
  return text;
}
