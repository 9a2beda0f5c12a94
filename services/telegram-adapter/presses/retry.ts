import { answer } from '../answering/answer.ts';
import type { Delivered } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import { picturesOf } from '../media/answer-media.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import type { Work } from '../updates/update.ts';
import { lastAnswer } from './last-answer.ts';
import type { PressTask } from './press.ts';
import { sayWords } from './say.ts';
import { readTurn } from './turn.ts';

/** A question that is to be asked anew. */
interface Anew {
  readonly desk: Desk;
  /** What asks for it: a press of the button, or /retry. */
  readonly update: InboxUpdate;
  readonly work: Extract<Work, { kind: 'press' | 'command' }>;
  readonly record: DeliveryRecord;
  /** The update that has the question, and which try this is. */
  readonly asked: InboxUpdate;
  readonly attempt: number;
  /** The message that is to show the new answer. */
  readonly message: number;
}

/** Retry: answers in place of the message that has the button. However often it is pressed, there is one new answer. */
export async function askAnew({ desk, update, press, argument, record }: PressTask): Promise<Delivered> {
  const [number, attempt] = argument.split('.').map(Number);
  if (!Number.isSafeInteger(number) || !Number.isSafeInteger(attempt)) return 'delivered';
  const asked = await desk.inbox.get(desk.bot, number as number);
  if (asked === undefined) return sayWords(desk, press, record, 'buttonGone');
  return again({ desk, update, work: press, record, asked, attempt: attempt as number, message: press.message });
}

/** /retry: the same for the person's last question in the chat. */
export async function retryLast(
  desk: Desk,
  update: InboxUpdate,
  command: Extract<Work, { kind: 'command' }>,
  record: DeliveryRecord,
): Promise<Delivered> {
  const last = await lastAnswer(desk, command, command.user);
  const asked = last && (await questionOf(desk, last));
  const message = last?.messages?.at(-1);
  if (asked === undefined || message === undefined) return sayWords(desk, command, record, 'nothingToRetry');
  const isGoingOn = asked.retriedBy === update.key;
  const attempt = (asked.retries ?? 0) + (isGoingOn ? 0 : 1);
  return again({ desk, update, work: command, record, asked, attempt, message });
}

async function again(anew: Anew): Promise<Delivered> {
  const { desk, update, work, record, asked, attempt, message } = anew;
  if (await desk.stops.isStoppedSince(work, update.receivedAt)) return 'delivered';
  const text = await wordsOf(desk, asked);
  if (text === undefined) return sayWords(desk, work, record, 'nothingToRetry');
  // Only now: what was read in vain can be tried again.
  if (!(await desk.inbox.claimRetry(asked, attempt, update.key))) return 'delivered';
  const before = await desk.inbox.answeredWith(desk.bot, work.chat, message);
  record.adopt(message);
  const { updateId } = asked;
  const requestId = `tg-${updateId}-r${attempt}`;
  const retry = { update: updateId, attempt: attempt + 1 };
  const pictures = asked.work.kind === 'media' ? await picturesOf(desk, asked.work) : undefined;
  const question = {
    ...work,
    text,
    requestId,
    retry,
    anewAt: update.receivedAt,
    ...(pictures?.length ? { pictures } : {}),
  };
  const delivered = await answer(desk, update, question, record);
  await remove(desk, work.chat, before?.messages?.filter((other) => other !== message) ?? []);
  return delivered;
}

/** What is left of the answer that was replaced. A courtesy: nothing is tried again. */
async function remove(desk: Desk, chat: number, messages: readonly number[]): Promise<void> {
  if (messages.length === 0) return;
  const params = { chat_id: chat, message_ids: [...messages] };
  await desk.client.call('deleteMessages', (api) => api.deleteMessages(params));
}

/** The update that has the question which this one asked anew; itself, where it is that question. */
async function questionOf(desk: Desk, update: InboxUpdate): Promise<InboxUpdate | undefined> {
  const { retryOf } = update;
  return retryOf === undefined ? update : desk.inbox.get(desk.bot, retryOf);
}

/** From conversation, which keeps it with the turn; from the inbox, where no turn has begun. */
async function wordsOf(desk: Desk, { work, turn }: InboxUpdate): Promise<string | undefined> {
  if ((work.kind === 'question' || work.kind === 'media') && work.text !== undefined) return work.text;
  if (turn === undefined) return undefined;
  return (await readTurn(desk, turn, work.user))?.question;
}
