import { StoreUnavailable } from '#lib/documents/port.ts';
import { inSpan, SpanKind } from '#lib/telemetry/traces.ts';
import { answer } from './answering/answer.ts';
import { answerEdit } from './answering/answer-edit.ts';
import { retryKeyboard } from './answering/answer-keyboard.ts';
import { askedBy } from './answering/asked-by.ts';
import { type Delivered, deliver, type Part } from './answering/deliver.ts';
import { deliverLetters, type Letter } from './answering/letters.ts';
import { DeliveryRecord } from './answering/record.ts';
import { isStale, laneOf, type Task } from './backlog.ts';
import { runCommand } from './commands.ts';
import type { Desk } from './desk.ts';
import { requestReplied, takeCorrection } from './feedback/correction.ts';
import { heed } from './feedback/reaction.ts';
import { answerKnock, answerStanding } from './groups/entry.ts';
import { handleHandoff } from './handoff/handle.ts';
import { isWithPeople, passOnIfOpen } from './handoff/pass-on.ts';
import { type HandoffWork, isHandoffWork } from './handoff/work.ts';
import type { Stepped, Turn } from './lanes.ts';
import { answerMedia } from './media/answer-media.ts';
import { aboutAnswers } from './presses/commands.ts';
import { handlePress } from './presses/press.ts';
import { LeaseLost } from './replicas/replicas.ts';
import { refusal } from './rules/refusal.ts';
import { targetOf } from './telegram/target.ts';
import { escapeHtml, type Rendered } from './text/formatted.ts';
import { gather, mayBePart } from './updates/gathering.ts';
import type { InboxUpdate } from './updates/inbox.ts';
import type { Work } from './updates/update.ts';
import { type MessageKey, type Needed, say } from './words/catalogue.ts';
import { tongueFor } from './words/tongue-for.ts';

/** Puts an accepted update in its lane. */
export function dispatch(desk: Desk, update: InboxUpdate): void {
  desk.backlog.add(update);
  desk.lanes.kick(laneOf(update), true);
}

/** Does the next thing in a lane. Never rejects: what the end of the service leaves open is taken up by who goes on. */
export async function step(desk: Desk, lane: string, turn: Turn): Promise<Stepped> {
  try {
    const task = await desk.backlog.take(lane, turn);
    if (task === 'done' || task === 'elsewhere') return task;
    const succeeded = await settle(
      desk.signal === task.right.signal ? desk : { ...desk, signal: task.right.signal },
      task,
    );
    desk.backlog.ended(task.update, succeeded);
    return 'more';
  } catch (error) {
    if (error instanceof StoreUnavailable) desk.health.failed(error);
    else if (!desk.signal.aborted)
      desk.log.error({ err: error, lane }, 'a lane could not be worked on; looked at again');
    desk.lanes.kick(lane, true);
    return 'elsewhere';
  }
}

/** Gives a lane back. Never rejects: who finds something to do there later takes it again. */
export async function leave(desk: Desk, lane: string): Promise<void> {
  await desk.backlog.leave(lane).catch((error: unknown) => {
    if (error instanceof StoreUnavailable) desk.health.failed(error);
    else desk.log.error({ err: error, lane }, 'a lane could not be given back');
  });
}

/** Does what an update asks. False when that met something unforeseen, and is to be tried again after a while. */
async function settle(desk: Desk, task: Task): Promise<boolean> {
  const { update } = task;
  const record = new DeliveryRecord(task, desk);
  try {
    const attributes = { 'otvet.update.kind': update.work.kind };
    await inSpan('telegram.update', { kind: SpanKind.CONSUMER, attributes }, async () => {
      const delivered = await respondOrApologize(desk, update, record);
      if (delivered === 'delivered' && !isHandoffWork(update.work)) observe(desk, update);
      await record.finish();
    });
    return true;
  } catch (error) {
    return await settleFailed(desk, update, record, error);
  }
}

async function settleFailed(
  desk: Desk,
  { key }: InboxUpdate,
  record: DeliveryRecord,
  error: unknown,
): Promise<boolean> {
  if (error instanceof LeaseLost || desk.signal.reason instanceof LeaseLost) {
    desk.metrics.leasesLost.inc();
    desk.log.warn({ update: key }, 'an update was taken over by another replica');
    // It waits a little for the result of a send that had left already.
    if (record.isBehind) await record.save().catch(() => undefined);
    return true;
  }
  if (desk.signal.aborted) return true;
  desk.log.error({ err: error, update: key }, 'an update is left open');
  return false;
}

/** What nobody foresaw is told too: a person never waits for an answer that does not come. */
async function respondOrApologize(desk: Desk, update: InboxUpdate, record: DeliveryRecord): Promise<Delivered> {
  for (;;) {
    try {
      const delivered = await respond(desk, update, record);
      if (delivered === 'blocked') await desk.people.setInactive(update.work.chat, true);
      return delivered;
    } catch (error) {
      if (desk.signal.aborted || error instanceof LeaseLost) throw error;
      if (!(error instanceof StoreUnavailable) && isHandoffWork(update.work)) throw error;
      if (!(error instanceof StoreUnavailable)) return await apologize(desk, update, record, error);
      await desk.health.recovered(error, desk.signal);
    }
  }
}

async function apologize(desk: Desk, update: InboxUpdate, record: DeliveryRecord, error: unknown): Promise<Delivered> {
  const id = desk.ids.random().slice(0, 6);
  desk.log.error({ id, err: error, update: update.key }, 'an update met something unforeseen');
  const text = await words(desk, update, 'failed', { id });
  const { work, updateId } = update;
  if (work.kind !== 'question') return reply(desk, update, record, text);
  record.answers({ keepsWords: true });
  const tongue = tongueFor({ chosen: await desk.people.language(work), text: work.text, interface: work.language });
  const keyboard = retryKeyboard({ update: updateId, attempt: 1 }, work, tongue);
  return reply(desk, update, record, keyboard === undefined ? text : { ...text, keyboard });
}

async function respond(desk: Desk, update: InboxUpdate, record: DeliveryRecord): Promise<Delivered> {
  const { work } = update;
  if (isHandoffWork(work)) return handleHandoff(desk, update, work, record);
  if (isStale(update)) {
    const first = await desk.people.claimApology(work, work.message, desk.clock.now());
    return first ? reply(desk, update, record, await words(desk, update, 'stale')) : 'delivered';
  }
  const refused = await refusal(desk, update);
  if (refused !== undefined) return post(desk, update, record, refused);
  // People who have the session see each message for itself.
  const joins = mayBePart(work) && !(await isWithPeople(desk, work));
  if (!joins) return respondTo(desk, update, work, record);
  const whole = await gather(desk, update, record);
  return respondTo(desk, whole, whole.work, record);
}

async function respondTo(
  desk: Desk,
  update: InboxUpdate,
  work: Exclude<Work, HandoffWork>,
  record: DeliveryRecord,
): Promise<Delivered> {
  switch (work.kind) {
    case 'question':
      return ask(desk, update, work, record);
    case 'media':
      return (await passOnIfOpen(desk, work)) ? 'delivered' : answerMedia(desk, update, work, record);
    case 'edit':
      return answerEdit(desk, update, work, record);
    case 'command':
      return obey(desk, update, work, record);
    case 'press':
      return handlePress(desk, update, work, record);
    case 'standing':
      return post(desk, update, record, await answerStanding(desk, update, work));
    case 'flood':
      return reply(desk, update, record, await words(desk, update, 'tooFast'));
    case 'knock':
      return post(desk, update, record, await answerKnock(desk, update, work));
    case 'reaction':
      return heed(desk, work, record);
    case 'unsupported': {
      if (await passOnIfOpen(desk, work)) return 'delivered';
      const { album, message } = work;
      const replies = album === '' || (await desk.people.claimAlbum(work, album, message));
      return replies ? reply(desk, update, record, await words(desk, update, 'unsupported')) : 'delivered';
    }
  }
}

/** A question is answered; the right answer that the bot asked for is taken. */
async function ask(
  desk: Desk,
  update: InboxUpdate,
  question: Extract<Work, { kind: 'question' }>,
  record: DeliveryRecord,
): Promise<Delivered> {
  if (await desk.stops.isStopped(question, question.message)) return 'delivered';
  const request = await requestReplied(desk, question);
  return request === undefined
    ? answer(desk, update, askedBy(update.updateId, question, question.text), record)
    : takeCorrection(desk, request, question, record);
}

/** Commands about an answer need more than words. */
async function obey(
  desk: Desk,
  update: InboxUpdate,
  command: Extract<Work, { kind: 'command' }>,
  record: DeliveryRecord,
): Promise<Delivered> {
  const about = aboutAnswers(command.name);
  return about === undefined
    ? post(desk, update, record, await runCommand(desk, command))
    : about(desk, update, command, record);
}

async function post(
  desk: Desk,
  { work }: InboxUpdate,
  record: DeliveryRecord,
  letters: readonly Letter[],
): Promise<Delivered> {
  const blocked = await deliverLetters(desk, record, letters);
  return blocked.includes(work.chat) ? 'blocked' : 'delivered';
}

function reply(desk: Desk, { work }: InboxUpdate, record: DeliveryRecord, text: Part): Promise<Delivered> {
  return deliver(desk, targetOf(work), record, [text], { html: undefined, editableAt: 0 });
}

function observe(desk: Desk, { receivedAt }: InboxUpdate): void {
  desk.metrics.finalText.observe(Math.max(0, desk.clock.now() - receivedAt) / 1000);
}

async function words<K extends MessageKey>(
  desk: Desk,
  { work }: InboxUpdate,
  key: K,
  ...values: Needed<K>
): Promise<Rendered> {
  const chosen = await desk.people.language(work);
  const text = work.kind === 'question' || work.kind === 'media' ? work.text : '';
  const plain = say(tongueFor({ chosen, text, interface: work.language }), key, ...values);
  return { html: escapeHtml(plain), plain };
}
