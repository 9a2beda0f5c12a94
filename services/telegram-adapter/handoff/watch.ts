import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Handoff_State, HandoffMessage_Author } from '#gen/otvet/conversation/v1/handoff_pb.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Desk } from '../desk.ts';
import type { Contact } from './contacts.ts';
import { follow } from './follow.ts';
import { postToOperators, postToPerson } from './post.ts';

/** As many messages of operators elsewhere are looked for at a time. */
const PAGE = 20;

/**
 * Looks after the sessions that people have until the signal aborts: what happens to them elsewhere is told here, such as that their time is
 * over, or what an operator says through a console. Any number of replicas may look: each word is posted once.
 */
export async function watchHandoffs(desk: Desk, everyMs: number, signal: AbortSignal): Promise<void> {
  if (desk.operators.group === undefined) return;
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    try {
      const open = signal.aborted ? [] : await desk.operators.contacts.open();
      for (const contact of open) await look(desk, contact);
    } catch (error) {
      if (error instanceof StoreUnavailable) desk.health.failed(error);
      else desk.log.warn({ err: error }, 'sessions that people have could not be looked after; tried again later');
    }
  }
}

async function look(desk: Desk, contact: Contact): Promise<void> {
  const { handoffs } = desk.operators;
  try {
    const { handoff } = await handoffs.getHandoff({ session: contact.session });
    if (handoff?.state === Handoff_State.HUMAN) await pass(desk, contact);
    await follow(desk, contact, handoff);
  } catch (error) {
    if (!(error instanceof RpcError) || error.failure.code !== 'NOT_FOUND') throw error;
    await desk.operators.contacts.end(contact);
  }
}

/** Passes on what operators said elsewhere. */
async function pass(desk: Desk, contact: Contact): Promise<void> {
  const { handoffs } = desk.operators;
  const { messages } = await handoffs.listHandoffMessages({ parent: contact.session, pageSize: PAGE });
  for (const { author, handoffNumber, requestId, operator, text } of messages.toReversed()) {
    const isHere = operator?.id.startsWith(TELEGRAM) === true;
    if (author !== HandoffMessage_Author.OPERATOR || handoffNumber !== contact.number || isHere) continue;
    const id = `elsewhere-${createHash('sha256').update(requestId).digest('hex').slice(0, 24)}`;
    await postToPerson(desk, contact, 'words', { id, text });
    await postToOperators(desk, contact, 'words', { id, text: `${operator?.displayName ?? ''}: ${text}` });
  }
}

/** What the ids of operators in Telegram begin with. */
export const TELEGRAM = 'telegram:';
