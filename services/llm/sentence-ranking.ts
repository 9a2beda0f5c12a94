import type { Stems, Unit } from './units.ts';

/** How well a unit fits a question. */
export interface Ranked {
  readonly unit: Unit;
  /** To compare units of one prompt; about 0 to 1.5. */
  readonly score: number;
  /** 0 to 1: how likely the material around the unit holds the answer. */
  readonly confidence: number;
}

/**
 * How much a word of the question counts that stands not in the sentence but in one beside it, or elsewhere in the
 * passage or its title; what pairs of neighbouring words and an expected number add; what each rank of retrieval takes.
 * Found on xquad in English and Russian: which sentence holds the answer, five paragraphs given.
 */
const WEIGHTS = { beside: 0.5, elsewhere: 0.3, pairs: 0.15, number: 0.15, rank: 0.05, likeness: 0.3 };
/** Further down the list rank tells no more. */
const LOWEST_RANK = 4;

/**
 * A logistic model, fitted on xquad (right paragraph among five, against five others of the same subject): shares of
 * the question's weight in the sentence and in the passage, share of its words, share of its names that are missing,
 * its length.
 */
const CONFIDENCE = { bias: -4.8, own: 3.3, passage: 2.35, words: 3.15, namesMissing: -1.6, length: 1.05 };

const ASKS_NUMBER =
  /\b(how (many|much|old|long|far|often|high|large|big|tall|fast)|what (year|date|age|number|percentage|time)|when)\b|сколько|когда|каком году|какого года|каком веке|какой процент|какое количество|насколько/i;
/** Names in a question: capitalised words but the first of a sentence, and what holds a digit. */
const NAMES = /(?<=[\p{L}\p{N},;:] ["«“(]?)\p{Lu}[\p{L}\p{N}-]+|\p{N}[\p{N}.,]*/gu;

/** The units by how well they fit the question, best first. `titles` are those of the passages. */
export function rankUnits(question: string, units: readonly Unit[], titles: readonly string[], stems: Stems): Ranked[] {
  const asked = stems.of(question);
  const words = new Set(asked);
  const names = new Set((question.match(NAMES) ?? []).flatMap((name) => stems.of(name)));
  const pairs = new Set(asked.slice(1).map((word, i) => pairOf(asked[i], word)));
  const wantsNumber = ASKS_NUMBER.test(question);
  const sets = units.map((unit) => new Set(unit.stems));
  const weights = weigh(words, sets);
  const mass = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const around = wordsByPassage(units, titles, stems);

  const ranked = units.map((unit, at): Ranked => {
    const here = sets[at] as Set<string>;
    const beside = (word: string): boolean =>
      [at - 1, at + 1].some((i) => units[i]?.passage === unit.passage && sets[i]?.has(word));
    const passage = around[unit.passage] as Set<string>;
    let own = 0;
    let near = 0;
    let far = 0;
    let found = 0;
    for (const [word, weight] of weights) {
      if (here.has(word)) own += weight;
      else if (beside(word)) near += weight;
      else if (passage.has(word)) far += weight;
      else continue;
      found++;
    }
    const missing = [...names].filter((name) => !passage.has(name)).length;
    const hasNumber = wantsNumber && unit.stems.some((stem) => /\d/.test(stem) && !words.has(stem));
    const score =
      (own + WEIGHTS.beside * near + WEIGHTS.elsewhere * far) / mass +
      WEIGHTS.pairs * shareOfPairs(unit.stems, pairs) +
      (hasNumber ? WEIGHTS.number : 0) +
      WEIGHTS.likeness * unit.likeness -
      WEIGHTS.rank * Math.min(LOWEST_RANK, unit.passage);
    const confidence = logistic(
      CONFIDENCE.bias +
        CONFIDENCE.own * (own / mass) +
        CONFIDENCE.passage * ((own + near + far) / mass) +
        CONFIDENCE.words * (found / words.size) +
        CONFIDENCE.namesMissing * (names.size === 0 ? 0 : missing / names.size) +
        CONFIDENCE.length * (Math.min(6, words.size) / 6),
    );
    return { unit, score, confidence };
  });
  return ranked.sort((a, b) => b.score - a.score);
}

/** Rare words weigh more: inverse document frequency over the units at hand. */
function weigh(words: ReadonlySet<string>, units: readonly ReadonlySet<string>[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const word of words) {
    const holding = units.reduce((count, unit) => count + (unit.has(word) ? 1 : 0), 0);
    weights.set(word, Math.log(1 + (units.length - holding + 0.5) / (holding + 0.5)));
  }
  return weights;
}

function wordsByPassage(units: readonly Unit[], titles: readonly string[], stems: Stems): Set<string>[] {
  const around = titles.map((title) => new Set(stems.of(title)));
  for (const unit of units) for (const stem of unit.stems) around[unit.passage]?.add(stem);
  return around;
}

function shareOfPairs(stems: readonly string[], pairs: ReadonlySet<string>): number {
  if (pairs.size === 0) return 0;
  let found = 0;
  for (let i = 1; i < stems.length; i++) if (pairs.has(pairOf(stems[i - 1], stems[i]))) found++;
  return Math.min(1, found / pairs.size);
}

/** In either order: word order is free in Russian, and a question turns it round in English. */
function pairOf(one = '', other = ''): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

function logistic(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
