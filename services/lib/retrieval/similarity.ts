import type { QueryToken } from './analysis.ts';

/** Below this two words are different words, not spellings of one. */
const SPELLING_FLOOR = 0.6;
/** A number or code that the other question does not have makes it another question. */
const NUMBER_WEIGHT = 2;

/** Words up to so many letters are compared; the marks of one comparison fit an integer. */
const LONGEST_WORD = 30;

/**
 * Dice coefficient of two words' letter pairs, their ends counting as letters: 1 for the same, about 0.8 with one letter wrong in
 * ten. Words that neither begin nor end alike are different words. Allocates nothing: it is called for each pair of words.
 */
function spelling(a: string, b: string): number {
  const lengths = a.length + b.length;
  if (Math.abs(a.length - b.length) > 2 || a.length < 4 || b.length < 4 || lengths > 2 * LONGEST_WORD) return 0;
  if (a.charCodeAt(0) !== b.charCodeAt(0) && a.charCodeAt(a.length - 1) !== b.charCodeAt(b.length - 1)) return 0;
  let taken = 0;
  let shared = 0;
  for (let i = 0; i <= a.length; i++) {
    const left = i > 0 ? a.charCodeAt(i - 1) : 0;
    const right = i < a.length ? a.charCodeAt(i) : 0;
    for (let j = 0; j <= b.length; j++) {
      const here = 1 << j;
      if ((taken & here) !== 0 || (j > 0 ? b.charCodeAt(j - 1) : 0) !== left) continue;
      if ((j < b.length ? b.charCodeAt(j) : 0) !== right) continue;
      taken |= here;
      shared++;
      break;
    }
  }
  return (2 * shared) / (lengths + 2);
}

function match(token: QueryToken, others: readonly QueryToken[], stems: ReadonlySet<string>): number {
  if (token.stems.some((stem) => stems.has(stem))) return 1;
  if (token.hasDigit || token.stop) return 0;
  let best = 0;
  for (const other of others) {
    if (!other.hasDigit && !other.stop) best = Math.max(best, spelling(token.word, other.word));
  }
  return best >= SPELLING_FLOOR ? best : 0;
}

function share(
  tokens: readonly QueryToken[],
  others: readonly QueryToken[],
  weigh: (token: QueryToken) => number,
): number {
  const stems = new Set(others.flatMap((token) => token.stems));
  let total = 0;
  let matched = 0;
  for (const token of tokens) {
    const weight = weigh(token) * (token.hasDigit ? NUMBER_WEIGHT : 1);
    total += weight;
    matched += weight * match(token, others, stems);
  }
  return total > 0 ? matched / total : 0;
}

/**
 * How much two questions are the same, 0 to 1: the harmonic mean of the shares of each one's weight that the other has,
 * where a word spelt a little differently counts by how alike the spellings are. 1 only for the same stems.
 */
export function questionSimilarity(
  one: readonly QueryToken[],
  other: readonly QueryToken[],
  weigh: (token: QueryToken) => number,
): number {
  const there = share(one, other, weigh);
  const back = share(other, one, weigh);
  return there + back > 0 ? (2 * there * back) / (there + back) : 0;
}
