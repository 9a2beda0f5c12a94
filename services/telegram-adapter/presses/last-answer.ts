import type { Desk } from '../desk.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import { sessionIdOf, type Work } from '../updates/update.ts';

/** Answers that are looked through: in a group, or in many topics, the last one of a person may be some way back. */
const LOOKED_AT = 50;

/**
 * The answer that a command is about: the one that it replies to, else the last one in the chat, or in one topic of it. `user`: to a question
 * of this person.
 */
export async function lastAnswer(
  desk: Desk,
  command: Pick<Work, 'chat' | 'thread' | 'repliesTo'>,
  user?: number,
): Promise<InboxUpdate | undefined> {
  const { chat, repliesTo } = command;
  const session = sessionIdOf(command);
  const isMeant = ({ work, retryOf }: InboxUpdate) =>
    // A press that asked nothing anew asked for something else to be said.
    (work.kind !== 'press' || retryOf !== undefined) &&
    sessionIdOf(work) === session &&
    (user === undefined || work.user === user);
  const replied = repliesTo === undefined ? undefined : await desk.inbox.answeredWith(desk.bot, chat, repliesTo);
  if (replied !== undefined && isMeant(replied)) return replied;
  return (await desk.inbox.lastAnswers(desk.bot, chat, LOOKED_AT)).find(isMeant);
}
