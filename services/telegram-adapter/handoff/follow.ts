import { type Handoff, Handoff_End, Handoff_State } from '#gen/otvet/conversation/v1/handoff_pb.ts';
import type { Desk } from '../desk.ts';
import type { Contact } from './contacts.ts';
import { postToOperators, postToPerson } from './post.ts';

/** Tells both sides what became of a handoff since they were last told. Again changes nothing. */
export async function follow(desk: Desk, contact: Contact, handoff: Handoff | undefined): Promise<void> {
  if (handoff === undefined || handoff.number !== contact.number || contact.open === undefined) return;
  const { contacts } = desk.operators;
  if (handoff.state === Handoff_State.ENDED) {
    // Who went back to the bot knows.
    if (handoff.end === Handoff_End.NOBODY_CAME) await postToPerson(desk, contact, 'nobody came', { id: 'ended' });
    else if (handoff.end !== Handoff_End.BY_PERSON) await postToPerson(desk, contact, 'left', { id: 'ended' });
    await postToOperators(desk, contact, 'ended', { id: 'ended' });
    await contacts.end(contact);
    return;
  }
  const { operator } = handoff;
  if (operator === undefined || operator.id === contact.operator) return;
  const { id, displayName: text } = operator;
  await postToPerson(desk, contact, 'joined', { id: `joined-${id}`, text });
  await postToOperators(desk, contact, 'owner', { id: `owner-${id}`, text });
  await contacts.take(contact, id);
}
