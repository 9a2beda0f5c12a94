// What is asked and what is answered: each question has a tag, each piece of its answer the tag and a number, so that what a person
// sees can be held against what was asked, piece by piece.
import { type ChatRequest, type Script, textOf } from '../provider/script.ts';
import { providerErrors } from '../provider-double.ts';
import type { Random } from './random.ts';

/** Questions that no example answers as it is, so that each goes to the model. */
const QUESTIONS = [
  'Can the deposit for a cargo bicycle be returned when I was late?',
  'What happens to the deposit of a bicycle that I bring back late in winter?',
  'May I take a cargo bicycle for two days and pay when I return it late?',
] as const;

/** Pieces of a usual answer, and of one that is longer than a Telegram message. */
const USUAL_PIECES = 8;
const LONG_PIECES = 110;

/** The text of a question. */
export function questionOf(tag: number): string {
  return `${QUESTIONS[tag % QUESTIONS.length]} q${tag}`;
}

/** The tag in the text of a question; undefined where there is none. */
export function tagOfQuestion(text: string): number | undefined {
  const found = /\bq(\d+)\s*$/.exec(text);
  return found === null ? undefined : Number(found[1]);
}

/** How many pieces the answer to a question has. */
export function piecesOf(random: Random, tag: number): number {
  return random.fork('pieces', tag).chance(0.04) ? LONG_PIECES : USUAL_PIECES;
}

/** The pieces of an answer, the last one with a citation. */
export function answerPieces(random: Random, tag: number): readonly string[] {
  const count = piecesOf(random, tag);
  const piece = (_: unknown, i: number) =>
    `${i === 0 ? '' : ' '}q${tag}.${i + 1} the money comes back in fourteen days${i === count - 1 ? ' [p1]' : ''}.`;
  return Array.from({ length: count }, piece);
}

/** The pieces that a text holds. */
export interface Shown {
  /** The question that it answers; undefined where no piece tells. */
  readonly tag: number | undefined;
  /** Numbers of the pieces, in the order of the text. */
  readonly pieces: readonly number[];
}

/** Reads the pieces in a text. */
export function readPieces(text: string): Shown {
  const found = [...text.matchAll(/\bq(\d+)\.(\d+)\b/g)];
  const tag = found[0] === undefined ? undefined : Number(found[0][1]);
  return { tag, pieces: found.filter(([, one]) => Number(one) === tag).map(([, , piece]) => Number(piece)) };
}

/**
 * How the model double answers: mostly well at various paces, sometimes slow, failing, cut or silent. The nth request for the same
 * question has its own fate, so that what is tried again may work. Call once for each request.
 */
export function modelDouble(random: Random): (request: ChatRequest) => Script {
  const asked = new Map<number | undefined, number>();
  return (request) => {
    const question = textOf(request.messages.at(-1));
    const tag = tagOfQuestion(question.trim()) ?? lastTag(question);
    const nth = (asked.get(tag) ?? 0) + 1;
    asked.set(tag, nth);
    if (tag === undefined) return {};
    return { tokens: answerPieces(random, tag), ...fate(random.fork('model', tag, nth)) };
  };
}

function lastTag(text: string): number | undefined {
  const found = [...text.matchAll(/\bq(\d+)\b/g)].at(-1);
  return found === undefined ? undefined : Number(found[1]);
}

function fate(random: Random): Script {
  const usual = { firstTokenMs: random.between(30, 700), tokenMs: random.between(5, 60) };
  const drawn = random.next();
  if (drawn < 0.78) return usual;
  if (drawn < 0.86) return { firstTokenMs: random.between(1_000, 3_000), tokenMs: random.between(20, 150) };
  if (drawn < 0.9) return { ...usual, error: providerErrors.serverError };
  if (drawn < 0.92) return { ...usual, error: providerErrors.rateLimited(1) };
  if (drawn < 0.95) return { ...usual, cutAfter: random.whole(0, 6) };
  if (drawn < 0.97) return { ...usual, endAfter: random.whole(0, 6) };
  if (drawn < 0.98) return { ...usual, hangAfter: random.whole(-1, 5) };
  if (drawn < 0.99) return { ...usual, malformedAfter: random.whole(0, 6) };
  return { ...usual, errorAfter: random.whole(0, 6) };
}
