import { Feedback_Rating, Feedback_Reason } from '#gen/otvet/conversation/v1/feedback_pb.ts';
import { Outcome, type Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { Tongue } from '#lib/words/tongues.ts';
import { type Button, buttonData, type Keyboard } from '../telegram/keyboard.ts';
import type { Said } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';

/** Where a question was asked, and by whom. */
export type Asker = Pick<Said, 'place' | 'user'>;

/** Trying a question again: the number of the update that has the question, and which try it is, from 1. */
export interface Retry {
  readonly update: number;
  readonly attempt: number;
}

/** The reasons that a button tells of; each has one button. */
export const REASONS = [
  { action: 'wrong', reason: Feedback_Reason.WRONG, words: 'reasonWrong' },
  { action: 'incomplete', reason: Feedback_Reason.INCOMPLETE, words: 'reasonIncomplete' },
  { action: 'unclear', reason: Feedback_Reason.UNCLEAR, words: 'reasonUnclear' },
  { action: 'inappropriate', reason: Feedback_Reason.INAPPROPRIATE, words: 'reasonInappropriate' },
  { action: 'other', reason: Feedback_Reason.OTHER, words: 'reasonOther' },
] as const;

/** What a bot offers below answers. */
export interface Offers {
  /** People in groups are asked what they think, too. */
  readonly inGroups: boolean;
  /** There are people who may take over, which is offered below a refusal. */
  readonly people: boolean;
}

/** What can be said about, and what rests on sources. */
const RATED: ReadonlySet<Outcome> = new Set([Outcome.ANSWERED, Outcome.CURATED, Outcome.REFUSED]);

/** Who speaks in the name of a chat, as an anonymous administrator does, presses as somebody else. */
function isAnonymous({ user }: Asker): boolean {
  return user < 0;
}

/** Below an answer that is being written. `turn` is the turn's name. */
export function stopKeyboard(turn: string, asker: Asker, tongue: Tongue): Keyboard | undefined {
  if (isAnonymous(asker)) return undefined;
  return [[{ text: `⏹ ${say(tongue, 'buttonStop')}`, data: dataOf('stop', turnIdOf(turn), asker) }]];
}

/** Below the words about an answer that failed. */
export function retryKeyboard({ update, attempt }: Retry, asker: Asker, tongue: Tongue): Keyboard | undefined {
  if (isAnonymous(asker)) return undefined;
  return [[{ text: `🔄 ${say(tongue, 'buttonRetry')}`, data: dataOf('retry', `${update}.${attempt}`, asker) }]];
}

/**
 * Below a finished answer: what its asker thinks of it, as far as it is known, and its sources. Undefined where there is nothing to press.
 */
export function answerKeyboard(
  turn: Turn,
  asker: Asker,
  tongue: Tongue,
  { inGroups, people }: Offers,
): Keyboard | undefined {
  const id = turnIdOf(turn.name);
  const asks = id !== '' && !isAnonymous(asker) && RATED.has(turn.outcome) && (asker.place === 'private' || inGroups);
  const first = asks ? thumbs(turn, id, asker) : [];
  if (id !== '' && turn.citations.length > 0) {
    first.push({ text: `📚 ${say(tongue, 'buttonSources')}`, data: dataOf('sources', id, asker) });
  }
  const rows = first.length === 0 ? [] : [first];
  if (people && id !== '' && turn.outcome === Outcome.REFUSED && asker.place === 'private') {
    rows.push([{ text: `👤 ${say(tongue, 'commandHuman')}`, data: dataOf('human', id, asker) }]);
  }
  if (rows.length === 0) return undefined;
  return asks && turn.feedback?.rating === Feedback_Rating.DOWN ? [...rows, ...reasons(turn, id, asker, tongue)] : rows;
}

function thumbs({ feedback }: Turn, id: string, asker: Asker): Button[] {
  const thumb = (text: string, action: string, rating: Feedback_Rating): Button =>
    feedback?.rating === rating
      ? { text: chosen(text), data: dataOf('unrate', id, asker) }
      : { text, data: dataOf(action, id, asker) };
  return [thumb('👍', 'up', Feedback_Rating.UP), thumb('👎', 'down', Feedback_Rating.DOWN)];
}

/** After a thumb down: one tap says why, another one asks for the right answer. Two in a row. */
function reasons({ feedback }: Turn, id: string, asker: Asker, tongue: Tongue): Keyboard {
  const buttons = REASONS.map(({ action, reason, words }) => {
    const text = say(tongue, words);
    return { text: feedback?.reason === reason ? chosen(text) : text, data: dataOf(action, id, asker) };
  });
  const right = say(tongue, 'feedbackCorrect');
  buttons.push({ text: feedback?.correction ? chosen(right) : `✏️ ${right}`, data: dataOf('right', id, asker) });
  return [buttons.slice(0, 2), buttons.slice(2, 4), buttons.slice(4)];
}

function chosen(text: string): string {
  return `✅ ${text}`;
}

/** The id of a turn: the last part of its name. */
function turnIdOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** In a group only the person who asked may press. */
function dataOf(action: string, argument: string, asker: Asker): string {
  const isOwned = asker.place === 'group' && !isAnonymous(asker);
  return buttonData({ action, argument, ...(isOwned ? { owner: asker.user } : {}) });
}
