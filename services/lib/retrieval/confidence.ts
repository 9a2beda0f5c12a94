import type { Hit } from './search.ts';

/**
 * Coverage from which a model is asked at all. Measured on XQuAD (`npm run bench quality`), where half of the articles were left out of
 * the index: of the questions whose paragraph is there 0.998 (en) and 0.993 (ru) pass, of those about articles that are not there
 * 0.749 and 0.676, which the model then has to refuse by itself, as the extractive one does. At 0.4 it would be 0.95 and 0.87
 * against 0.13 and 0.09: too many questions would be kept from models that can tell.
 */
export const ANSWERABLE_COVERAGE = 0.2;

/** Hits of which one has to reach {@link ANSWERABLE_COVERAGE}: an answer is made from no more. */
const HITS_READ = 5;

/**
 * Similarity from which an example's question is the question that was asked. Measured on banking77, whose 77 intents are
 * close to each other: 0.26 of the test questions reach it, and 0.969 of those get the right answer; of questions of intents
 * that were left out of the index 0.03 reach it.
 */
export const SAME_QUESTION_SIMILARITY = 0.9;

/**
 * Similarity that is enough where the five nearest examples all have the same answer. On banking77 the two rules together
 * answer 0.51 of the test questions, 0.980 of them rightly; of questions of intents that were left out, 0.095 are answered.
 */
export const AGREED_SIMILARITY = 0.65;
const AGREEING = 5;

/** Whether the material speaks of the question's subject; if not, the honest answer is that it does not. */
export function isAnswerable(hits: readonly Hit[]): boolean {
  return hits.slice(0, HITS_READ).some((hit) => hit.coverage >= ANSWERABLE_COVERAGE);
}

/** Whether the hit is an example with the very question that was asked, give or take its wording. */
export function isSameQuestion(hit: Hit): boolean {
  return hit.similarity >= SAME_QUESTION_SIMILARITY;
}

/**
 * The example whose answer may be sent as it is, among the hits of a search for examples (five of them or more): the first,
 * when it has the same question, or when the nearest five agree on one answer and it is near.
 */
export function curatedAnswer(hits: readonly Hit[]): Hit | undefined {
  const nearest = hits.slice(0, AGREEING);
  const first = nearest[0];
  if (first === undefined || isSameQuestion(first)) return first;
  const agreed = nearest.length === AGREEING && nearest.every((hit) => hit.passage.text === first.passage.text);
  return agreed && first.similarity >= AGREED_SIMILARITY ? first : undefined;
}
