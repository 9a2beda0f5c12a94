import { answerKeyboard } from '../answering/answer-keyboard.ts';
import type { Delivered } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import { type Desk, offersOf } from '../desk.ts';
import { lastAnswer } from '../presses/last-answer.ts';
import { sayParts, sayWords, tongueOf } from '../presses/say.ts';
import { readTurn } from '../presses/turn.ts';
import { escapeHtml } from '../text/formatted.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import type { Work } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';
import { give } from './give.ts';
import { commented } from './opinions.ts';

type Command = Extract<Work, { kind: 'command' }>;

/** What conversation takes, in characters. */
const LONGEST = 4_000;

/** /feedback: what a person thinks of the last answer to them, in their own words; without words, with thumbs. */
export async function takeFeedback(
  desk: Desk,
  _update: InboxUpdate,
  command: Command,
  record: DeliveryRecord,
): Promise<Delivered> {
  const name = (await lastAnswer(desk, command, command.user))?.turn;
  if (name === undefined) return sayWords(desk, command, record, 'feedbackNothing');
  if (command.argument === '') return askWithThumbs(desk, command, record, name);
  const comment = command.argument.slice(0, LONGEST).toWellFormed();
  const turn = await give(desk, name, command.user, commented(comment));
  return sayWords(desk, command, record, turn === undefined ? 'feedbackNothing' : 'feedbackCorrectThanks');
}

async function askWithThumbs(desk: Desk, command: Command, record: DeliveryRecord, name: string): Promise<Delivered> {
  const tongue = await tongueOf(desk, command);
  const turn = await readTurn(desk, name, command.user);
  const keyboard = turn && answerKeyboard(turn, command, tongue, { ...offersOf(desk), inGroups: true });
  if (keyboard === undefined) return sayWords(desk, command, record, 'feedbackNothing');
  const plain = say(tongue, 'feedbackAsk');
  return sayParts(desk, command, record, [{ html: escapeHtml(plain), plain, keyboard }]);
}
