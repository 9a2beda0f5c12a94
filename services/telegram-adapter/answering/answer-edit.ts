import type { Desk } from '../desk.ts';
import { isWithPeople } from '../handoff/pass-on.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import { sessionIdOf, type Work } from '../updates/update.ts';
import { answer } from './answer.ts';
import { askedBy } from './asked-by.ts';
import type { Delivered } from './deliver.ts';
import type { DeliveryRecord } from './record.ts';

/** A question that was changed later than so many milliseconds after it was asked keeps its answer. */
const LATE_MS = 10 * 60_000;
/** Answers of a chat among which that to the changed question is looked for. */
const LATEST = 50;

/**
 * Answers a question whose words were changed, in place of the answer that it has. It comes in the lane of questions, so that the answer to
 * what was asked before stands by then, or never will. What is older, or was not answered, is passed over.
 */
export async function answerEdit(
  desk: Desk,
  update: InboxUpdate,
  edit: Extract<Work, { kind: 'edit' }>,
  record: DeliveryRecord,
): Promise<Delivered> {
  if (update.receivedAt - edit.at > LATE_MS || (await isWithPeople(desk, edit))) return 'delivered';
  const before = (await desk.inbox.lastAnswers(desk.bot, edit.chat, LATEST)).find(
    ({ key, work }) =>
      key !== update.key &&
      (work.kind === 'question' || work.kind === 'edit') &&
      work.message === edit.message &&
      work.user === edit.user &&
      sessionIdOf(work) === sessionIdOf(edit),
  );
  const message = before?.messages?.[0];
  if (message === undefined) return 'delivered';
  record.adopt(message);
  const asked = { ...askedBy(update.updateId, edit, edit.text), anewAt: update.receivedAt };
  const delivered = await answer(desk, update, asked, record);
  const rest = before?.messages?.slice(1) ?? [];
  if (rest.length > 0) {
    const params = { chat_id: edit.chat, message_ids: [...rest] };
    await desk.client.call('deleteMessages', (api) => api.deleteMessages(params));
  }
  return delivered;
}
