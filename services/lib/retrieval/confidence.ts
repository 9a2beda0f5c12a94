import type { Hit } from './search.ts';

/**
 * Coverage from which a question counts as one about the material. Measured on XQuAD (`npm run bench`), where half of the
 * articles were left out of the index: of the questions whose paragraph is there 0.95 (en) and 0.88 (ru) pass, of those
 * about articles that are not there 0.13 and 0.09. Where only single paragraphs of an article are missing, 0.28 and 0.22 of
 * the questions about them pass: their neighbours speak of the same things. With the material of five articles: 0.93 and
 * 0.88 pass, 0.04 and 0.03 wrongly.
 */
export const ANSWERABLE_COVERAGE = 0.4;

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
