import { FinishReason, type Message, Role } from '#gen/otvet/llm/v1/generation_pb.ts';
import { Stemmer } from '#lib/retrieval/stems.ts';
import { EXTRACTIVE } from './config.ts';
import type { Model, Prompt, Step } from './model.ts';
import { type Ranked, rankUnits } from './sentence-ranking.ts';
import { type CitablePassage, Stems, unitsOf } from './units.ts';

/** Words whose stems are remembered; about 150 bytes each. */
const STEM_CACHE = 20_000;
/** Below this confidence the passages are taken not to hold the answer. */
const FLOOR = 0.2;
/** A question of few words is easily met by half, so more of it must be there. */
const FEW_WORDS = 3;
const FLOOR_FOR_FEW = 0.33;
/** Further sentences must fit nearly as well as the best one, and all together stay short. */
const NEARLY = 0.66;
const MOST_SENTENCES = 3;
const MOST_CHARACTERS = 700;

/**
 * Answers with sentences of the passages as they stand, without any model: always there, in under a millisecond, and
 * word for word true to the material. The answer of an example is given whole.
 */
export class ExtractiveModel implements Model {
  readonly name = EXTRACTIVE;
  readonly #stemmer = new Stemmer(STEM_CACHE);

  async *stream(prompt: Prompt, signal: AbortSignal): AsyncGenerator<Step> {
    signal.throwIfAborted();
    const { question, before, passages } = read(prompt);
    const stems = new Stems(this.#stemmer, prompt.language);
    const own = extract(question, passages, stems);
    // "And on Sundays?" says too little by itself; with the question before it, it may say enough.
    const joined = own === undefined && before !== '' ? extract(`${before}\n${question}`, passages, stems) : own;
    const answer = joined ?? prompt.refusalMarker;
    if (answer !== '') yield { kind: 'delta', text: answer };
    yield { kind: 'finished', reason: FinishReason.STOP, usage: undefined };
  }
}

/** The answer with its citations, such as `The bar opens at six. [p2]`; undefined where the passages do not hold it. */
export function extract(question: string, passages: readonly CitablePassage[], stems: Stems): string | undefined {
  const words = new Set(stems.of(question));
  if (words.size === 0) return undefined;
  const units = passages.flatMap((passage, number) => unitsOf(passage, number, question, stems));
  const titles = passages.map(({ title }) => title);
  const ranked = rankUnits(question, units, titles, stems);
  const best = ranked[0];
  const floor = words.size <= FEW_WORDS ? FLOOR_FOR_FEW : FLOOR;
  if (best === undefined || best.confidence < floor) return undefined;
  return said(choose(best, ranked), passages);
}

/** The best unit, and sentences that fit nearly as well. An example's answer stands alone. */
function choose(best: Ranked, ranked: readonly Ranked[]): Ranked[] {
  const chosen = [best];
  if (best.unit.kind === 'example') return chosen;
  let characters = best.unit.text.length;
  for (const other of ranked.slice(1)) {
    if (chosen.length === MOST_SENTENCES || other.score < best.score * NEARLY) break;
    const fits = characters + other.unit.text.length <= MOST_CHARACTERS;
    const repeats = chosen.some(({ unit }) => unit.text === other.unit.text);
    if (other.unit.kind !== 'sentence' || !fits || repeats) continue;
    chosen.push(other);
    characters += other.unit.text.length;
  }
  return chosen;
}

/** Sentences of one passage together, in its order, then where they come from; the passage of the best one first. */
function said(chosen: readonly Ranked[], passages: readonly CitablePassage[]): string {
  const order = [...new Set(chosen.map(({ unit }) => unit.passage))];
  return order
    .map((passage) => {
      const units = chosen.map(({ unit }) => unit).filter((unit) => unit.passage === passage);
      const text = units
        .sort((a, b) => a.index - b.index)
        .map((unit) => withoutCitations(unit.text))
        .join(' ');
      return `${text} [${passages[passage]?.id}]`;
    })
    .join('\n\n');
}

/** A passage that holds `[p2]` of its own cites nothing by it. */
function withoutCitations(text: string): string {
  return text.replace(/\s*\[p\d+\]/g, '');
}

/** The question is the text of the person's last message; passages may ride in any message. */
function read({ messages }: Prompt): { question: string; before: string; passages: CitablePassage[] } {
  const passages = messages.flatMap(({ parts }) =>
    parts.flatMap(({ content }) => (content.case === 'passage' ? [content.value] : [])),
  );
  const asked = messages.filter(({ role }) => role === Role.USER).map(textOf);
  return { question: asked.at(-1) ?? '', before: asked.at(-2) ?? '', passages };
}

function textOf({ parts }: Message): string {
  return parts.flatMap(({ content }) => (content.case === 'text' ? [content.value] : [])).join('\n');
}
