import type { Delivered } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import type { PressTask } from '../presses/press.ts';
import { sayParts, sayWords, tongueOf } from '../presses/say.ts';
import { turnNameOf } from '../presses/turn.ts';
import { escapeHtml } from '../text/formatted.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import type { Work } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';
import { give, showOpinion } from './give.ts';
import { corrected, down } from './opinions.ts';

/** What conversation takes, in characters. */
const LONGEST = 16_000;

/** Asks for the right answer: what the person replies to that message is taken as it. */
export async function askForCorrection({ desk, press, argument, record }: PressTask): Promise<Delivered> {
  const name = await turnNameOf(desk, press, argument);
  const turn = name === undefined ? undefined : await give(desk, name, press.user, down);
  if (turn === undefined || name === undefined) return sayWords(desk, press, record, 'buttonGone');
  record.answers({ turn: name, keepsWords: false });
  const plain = say(await tongueOf(desk, press), 'feedbackCorrectAsk');
  // In a group everybody would be asked to reply.
  const asksReply = press.place === 'private';
  return sayParts(desk, press, record, [{ html: escapeHtml(plain), plain, asksReply }]);
}

/** The request for a right answer that a message replies to; undefined for all other messages. */
export async function requestReplied(desk: Desk, said: Work): Promise<InboxUpdate | undefined> {
  if (said.repliesTo === undefined) return undefined;
  const request = await desk.inbox.answeredWith(desk.bot, said.chat, said.repliesTo);
  const isRequest = request?.work.kind === 'press' && request.work.data.startsWith('right:');
  return isRequest && request.work.user === said.user ? request : undefined;
}

/** Takes a text as the right answer. */
export async function takeCorrection(
  desk: Desk,
  request: InboxUpdate,
  question: Extract<Work, { kind: 'question' }>,
  record: DeliveryRecord,
): Promise<Delivered> {
  const { turn: name, work } = request;
  const text = question.text.slice(0, LONGEST).toWellFormed();
  const turn = name === undefined ? undefined : await give(desk, name, question.user, corrected(text));
  if (turn === undefined) return sayWords(desk, question, record, 'buttonGone');
  await showOpinion(desk, record, work, work.message, turn);
  return sayWords(desk, question, record, 'feedbackCorrectThanks');
}
