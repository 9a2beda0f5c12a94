import type { Passage } from '#lib/retrieval/artifact.ts';
import { curatedAnswer, isAnswerable } from '#lib/retrieval/confidence.ts';
import type { Hit, ReleaseIndex } from '#lib/retrieval/search.ts';
import type { EarlierTurn, OfferedPassage } from './prompt.ts';
import { type SmallTalk, smallTalk } from './small-talk.ts';

/** What to do with a question. */
export type Route =
  | { readonly type: 'small_talk'; readonly kind: SmallTalk }
  /** Send the approved example as it is. */
  | { readonly type: 'curated'; readonly hit: Hit }
  /** Ask a model, with these passages, best first. */
  | { readonly type: 'model'; readonly passages: readonly OfferedPassage[] }
  /** Say that the material does not hold the answer. */
  | { readonly type: 'refuse' };

export interface RouteInput {
  readonly question: string;
  /** BCP 47, of the answer. */
  readonly language: string;
  /** Newest first. */
  readonly earlier: readonly EarlierTurn[];
  readonly index: Pick<ReleaseIndex, 'search'>;
  /** Pictures belong to the question: only a model can tell what is asked. */
  readonly illustrated?: boolean;
  /** How the session's own files begin: for questions about them that name none of their words. */
  readonly opening?: readonly Passage[];
}

/** How many examples are looked at for one that is the same question, in whatever language. */
const EXAMPLES = 6;

/** How many hits of each kind a model is offered at most. */
const OFFERED_EXAMPLES = 3;
const PASSAGES = 5;

/**
 * Decides how a question is answered: small talk by itself; an approved example that is the same question, in the language of the
 * answer, as it is; otherwise a model with the best passages, unless none of them is about the question. A follow-up that says too
 * little by itself ("and on Sundays?") is searched together with the question before it.
 */
export function chooseRoute(input: RouteInput): Route {
  const { question, language, earlier, index, illustrated = false, opening = [] } = input;
  const talk = illustrated ? undefined : smallTalk(question);
  if (talk) return { type: 'small_talk', kind: talk.kind };
  const examples = index.search(question, { kind: 'example', limit: EXAMPLES });
  const same = curatedAnswer(examples.filter((hit) => sameLanguage(hit.passage.locale, language)));
  if (same && !illustrated) return { type: 'curated', hit: same };
  const alone = withPassages(index, question, examples);
  if (isAnswerable(alone)) return { type: 'model', passages: offer(alone) };
  const previous = earlier[0]?.question;
  if (previous !== undefined && isFollowUp(question)) {
    const joined = `${previous}\n${question}`;
    const together = withPassages(index, joined, index.search(joined, { kind: 'example', limit: EXAMPLES }));
    if (isAnswerable(together)) return { type: 'model', passages: offer(together) };
  }
  if (illustrated || opening.length > 0) return { type: 'model', passages: numbered(opening) };
  return { type: 'refuse' };
}

/** The best examples and passages, the most confident first: their scores are of different scales, their coverage is not. */
function withPassages(index: Pick<ReleaseIndex, 'search'>, question: string, examples: readonly Hit[]): Hit[] {
  const passages = index.search(question, { kind: 'passage', limit: PASSAGES });
  return interleave(examples.slice(0, OFFERED_EXAMPLES), passages);
}

/** Keeps the order within each list, and takes next whichever head covers more of the question. */
function interleave(examples: readonly Hit[], passages: readonly Hit[]): Hit[] {
  const merged: Hit[] = [];
  for (let e = 0, p = 0; e < examples.length || p < passages.length; ) {
    const example = examples[e];
    const passage = passages[p];
    if (example && (!passage || Math.max(example.coverage, example.similarity) > passage.coverage)) {
      merged.push(example);
      e += 1;
    } else if (passage) {
      merged.push(passage);
      p += 1;
    }
  }
  return merged;
}

function offer(hits: readonly Hit[]): OfferedPassage[] {
  return numbered(hits.map(({ passage }) => passage));
}

function numbered(passages: readonly Passage[]): OfferedPassage[] {
  return passages.map((passage, i) => ({ id: `p${i + 1}`, passage }));
}

/** Few words, or a beginning that leans on what was said before. */
function isFollowUp(question: string): boolean {
  const words = question.trim().split(/\s+/).length;
  return words <= 6 || /^(and|but|so|what about|how about|а|и|но|ну а)\s/i.test(question.trim());
}

function sameLanguage(a: string, b: string): boolean {
  return a === '' || a === 'und' || a.split('-')[0]?.toLowerCase() === b.split('-')[0]?.toLowerCase();
}
