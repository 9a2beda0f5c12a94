import type { Desk } from '../desk.ts';
import type { Where } from '../updates/update.ts';
import { sessionIdOf } from '../updates/update.ts';
import { dispatch } from '../work.ts';
import type { Contact } from './contacts.ts';
import type { ForOperators, ForPerson } from './work.ts';

/** Something to be said once, however often it is posted. */
export interface Post {
  /** Names it among all of the session's handoff. */
  readonly id: string;
  readonly text?: string;
  /** For `copy`: the message to be copied, in the person's chat or in the topic. */
  readonly message?: number;
}

/** Posts something to the person whose session it is. */
export function postToPerson(desk: Desk, contact: Contact, say: ForPerson, post: Post): Promise<void> {
  return accept(desk, contact, { kind: 'toPerson', say }, post);
}

/** Posts something to the topic of the session. */
export function postToOperators(desk: Desk, contact: Contact, say: ForOperators, post: Post): Promise<void> {
  return accept(desk, contact, { kind: 'toOperators', say }, post);
}

type Addressed =
  | { readonly kind: 'toPerson'; readonly say: ForPerson }
  | { readonly kind: 'toOperators'; readonly say: ForOperators };

async function accept(
  desk: Desk,
  contact: Contact,
  addressed: Addressed,
  { id, text = '', message }: Post,
): Promise<void> {
  const { bot, inbox, clock } = desk;
  const { chat, thread, user, language, number } = contact;
  const where: Where = { chat, ...(thread === undefined ? {} : { thread }) };
  const now = clock.now();
  const work = {
    ...addressed,
    ...where,
    number,
    text,
    place: 'private',
    user,
    // Behind all that was posted before; numbers of messages are smaller by far.
    message: now,
    ...(message === undefined ? {} : { source: message }),
    at: now,
    language,
  } as const;
  const accepted = await inbox.post(bot, `handoff/${sessionIdOf(where)}/${number}/${addressed.kind}/${id}`, work, now);
  if (accepted !== undefined) dispatch(desk, accepted);
}
