import { inSpan, SpanKind } from '#lib/telemetry/traces.ts';
import { answer } from './answering/answer.ts';
import { type Delivered, deliver } from './answering/deliver.ts';
import { DeliveryRecord } from './answering/record.ts';
import { runCommand } from './commands.ts';
import { type Desk, sessionIdOf } from './desk.ts';
import { type MessageKey, say, tongueFor } from './messages.ts';
import { escapeHtml, type Rendered } from './text/formatted.ts';
import type { InboxUpdate } from './updates/inbox.ts';

/** A message that was said so long before it came gets an apology instead of an answer, in milliseconds. */
const STALE_MS = 10 * 60_000;

/** Puts an accepted update in its lane: questions of a chat in their order, commands beside them. */
export function dispatch(desk: Desk, update: InboxUpdate): void {
  const { work } = update;
  const session = sessionIdOf(work.chat);
  const lane = work.kind === 'command' && !isStale(update) ? `${session}/commands` : session;
  const done = desk.metrics.waiting(update.key, update.receivedAt);
  desk.lanes.add(lane, work.message, () => settle(desk, update, done));
}

/** Does what an update asks. Never rejects: what the end of the service leaves open is taken up after its next start. */
async function settle(desk: Desk, update: InboxUpdate, done: () => void): Promise<void> {
  const record = new DeliveryRecord(update, desk);
  try {
    const attributes = { 'otvet.update.kind': update.work.kind };
    await inSpan('telegram.update', { kind: SpanKind.CONSUMER, attributes }, async () => {
      const delivered = await respondOrApologize(desk, update, record);
      if (delivered === 'blocked') await desk.people.setInactive(update.work.chat, true);
      if (delivered === 'delivered') observe(desk, update);
      await record.finish();
    });
    done();
  } catch (error) {
    if (!desk.signal.aborted) desk.log.error({ err: error, update: update.key }, 'an update is left open');
  }
}

/** What nobody foresaw is told too: a person never waits for an answer that does not come. */
async function respondOrApologize(desk: Desk, update: InboxUpdate, record: DeliveryRecord): Promise<Delivered> {
  try {
    return await respond(desk, update, record);
  } catch (error) {
    if (desk.signal.aborted) throw error;
    const id = desk.ids.random().slice(0, 6);
    desk.log.error({ id, err: error, update: update.key }, 'an update met something unforeseen');
    return reply(desk, update, record, await words(desk, update, 'failed', { id }));
  }
}

async function respond(desk: Desk, update: InboxUpdate, record: DeliveryRecord): Promise<Delivered> {
  const { work } = update;
  if (isStale(update)) {
    const first = await desk.people.claimApology(work.chat, desk.clock.now());
    return first ? reply(desk, update, record, await words(desk, update, 'stale')) : 'delivered';
  }
  switch (work.kind) {
    case 'question':
      return desk.stops.isStopped(work.chat, work.message) ? 'delivered' : answer(desk, update, work, record);
    case 'command':
      return reply(desk, update, record, await runCommand(desk, work));
    case 'unsupported':
      return reply(desk, update, record, await words(desk, update, 'unsupported'));
  }
}

function reply(desk: Desk, { work }: InboxUpdate, record: DeliveryRecord, text: Rendered): Promise<Delivered> {
  return deliver(desk, work.chat, record, [text], { html: undefined, editableAt: 0 });
}

function isStale({ work, receivedAt }: InboxUpdate): boolean {
  return receivedAt - work.at > STALE_MS;
}

function observe(desk: Desk, { receivedAt }: InboxUpdate): void {
  desk.metrics.finalText.observe(Math.max(0, desk.clock.now() - receivedAt) / 1000);
}

async function words(
  desk: Desk,
  { work }: InboxUpdate,
  key: MessageKey,
  values: Readonly<Record<string, string>> = {},
): Promise<Rendered> {
  const chosen = await desk.people.language(work.chat);
  const text = work.kind === 'question' ? work.text : '';
  const plain = say(tongueFor({ chosen, text, interface: work.language }), key, values);
  return { html: escapeHtml(plain), plain };
}
