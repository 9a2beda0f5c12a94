import { RpcError } from '#lib/rpc/status.ts';
import { type Delivered, deliver } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import { chooseLanguage } from '../languages.ts';
import { targetOf } from '../telegram/target.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import { tongueFor } from '../words/tongue-for.ts';
import type { Contact } from './contacts.ts';
import { follow } from './follow.ts';
import { postToOperators, postToPerson } from './post.ts';
import type { HandoffWork } from './work.ts';

type FromOperator = Extract<HandoffWork, { kind: 'operator' }>;

/** Does what somebody wrote in the operators' group: what stands in the topic of a session is said to its person. */
export async function hearOperator(
  desk: Desk,
  update: InboxUpdate,
  work: FromOperator,
  record: DeliveryRecord,
): Promise<Delivered> {
  const [, command, argument = ''] = /^\/([a-z_]+)(?:@\w+)?(?:\s+(.*))?$/i.exec(work.text.trim()) ?? [];
  if (command === 'lang') return language(desk, work, argument, record);
  const { contacts } = desk.operators;
  const contact = work.thread === undefined ? undefined : await contacts.inTopic(work.chat, work.thread);
  if (contact === undefined) return 'delivered';
  try {
    if (command === undefined) await speak(desk, contact, update, work);
    else await obey(desk, contact, work, command.toLowerCase());
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const { reason } = error.failure;
    if (reason !== 'HANDOFF_ENDED' && reason !== 'HANDOFF_NOT_FOUND') throw error;
    await postToOperators(desk, contact, 'late', { id: `late-${update.updateId}` });
  }
  return 'delivered';
}

async function speak(desk: Desk, contact: Contact, { updateId }: InboxUpdate, work: FromOperator): Promise<void> {
  const { session, number } = contact;
  const isText = work.text !== '';
  const { handoff } = await desk.operators.handoffs.sendOperatorMessage({
    session,
    number,
    operator: operatorOf(work),
    text: isText ? work.text : '[…]',
    requestId: `tg-${updateId}`,
  });
  // Who has come is told before what they say.
  await follow(desk, contact, handoff);
  const id = `said-${updateId}`;
  if (isText) await postToPerson(desk, contact, 'words', { id, text: work.text });
  else await postToPerson(desk, contact, 'copy', { id, message: work.message });
}

/** Other commands are for other bots. */
async function obey(desk: Desk, contact: Contact, work: FromOperator, command: string): Promise<void> {
  const { handoffs } = desk.operators;
  const { session, number } = contact;
  if (command === 'take') {
    const { handoff } = await handoffs.takeHandoff({ session, number, operator: operatorOf(work) });
    await follow(desk, contact, handoff);
  }
  if (command === 'end') {
    const { handoff } = await handoffs.endHandoff({ session, number });
    await follow(desk, contact, handoff);
  }
}

function operatorOf({ operator: id, name: displayName }: FromOperator): { id: string; displayName: string } {
  return { id, displayName: displayName.slice(0, 128).toWellFormed() };
}

/** The language in which the bot speaks to operators. */
async function language(desk: Desk, work: FromOperator, argument: string, record: DeliveryRecord): Promise<Delivered> {
  const { thread: _, ...inGroup } = work;
  const chosen = await desk.people.language(inGroup);
  const tongue = tongueFor({ chosen, text: '', interface: work.language });
  const words = await chooseLanguage(desk, inGroup, argument, tongue);
  return deliver(desk, targetOf(work), record, [words], { html: undefined, editableAt: 0 });
}
