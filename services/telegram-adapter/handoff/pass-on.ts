import { Handoff_State } from '#gen/otvet/conversation/v1/handoff_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { type Desk, principalOf } from '../desk.ts';
import type { Said, Where } from '../updates/update.ts';
import { follow } from './follow.ts';
import { postToOperators } from './post.ts';

/** Copies what a person said into the topic of the session. Conversation has kept it for operators elsewhere. */
export async function passOn(desk: Desk, said: Said): Promise<void> {
  const contact = await desk.operators.contacts.of(said);
  if (contact !== undefined)
    await postToOperators(desk, contact, 'copy', { id: `said-${said.message}`, message: said.message });
}

/** Whether people have the session, as far as is known here. */
export async function isWithPeople(desk: Desk, where: Where): Promise<boolean> {
  const { group, contacts } = desk.operators;
  return group !== undefined && (await contacts.of(where))?.open !== undefined;
}

/** Passes on what is no text, where people have the session. False where the bot has it. */
export async function passOnIfOpen(desk: Desk, said: Said): Promise<boolean> {
  const { group, contacts, handoffs } = desk.operators;
  if (group === undefined) return false;
  const contact = await contacts.of(said);
  if (contact?.open === undefined) return false;
  const { handoff } = await handoffs.getHandoff({ session: contact.session });
  await follow(desk, contact, handoff);
  if (handoff === undefined || handoff.state === Handoff_State.ENDED) return false;
  await passOn(desk, said);
  return true;
}

/** Goes back to the bot, where people have the session. Rejects with `RpcError`. */
export async function leavePeople(desk: Desk, said: Said): Promise<void> {
  const { group, contacts, handoffs } = desk.operators;
  const contact = group === undefined ? undefined : await contacts.of(said);
  if (contact?.open === undefined) return;
  const { session } = contact;
  try {
    const assistant = session.slice(0, session.indexOf('/sessions/'));
    const principal = principalOf(desk.bot, said.user, assistant);
    const { handoff } = await handoffs.leaveHandoff({ session }, { principal });
    await follow(desk, contact, handoff);
  } catch (error) {
    if (!(error instanceof RpcError) || error.failure.code !== 'NOT_FOUND') throw error;
  }
}
