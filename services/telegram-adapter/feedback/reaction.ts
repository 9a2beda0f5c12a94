import { RpcError } from '#lib/rpc/status.ts';
import type { Delivered } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import type { Reaction } from '../updates/reaction.ts';
import { give, showOpinion } from './give.ts';
import { type Change, down, up, withdrawn } from './opinions.ts';

/** Emoji with a meaning that nobody doubts; others are moods, and say nothing of an answer. */
const GOOD: ReadonlySet<string> = new Set(['👍', '❤', '❤‍🔥', '🥰', '😍', '💘']);
const BAD: ReadonlySet<string> = new Set(['👎', '💔']);

/** A reaction to an answer by the person who asked counts as a thumb below it. Others, and other messages, are left alone. */
export async function heed(desk: Desk, reaction: Reaction, record: DeliveryRecord): Promise<Delivered> {
  const change = meaningOf(reaction);
  if (change === undefined) return 'delivered';
  const { chat, message, user } = reaction;
  const answered = await desk.inbox.answeredWith(desk.bot, chat, message);
  if (answered?.turn === undefined || answered.answerAt === undefined || answered.work.user !== user)
    return 'delivered';
  const turn = await give(desk, answered.turn, user, change).catch((error: unknown) => {
    if (!(error instanceof RpcError)) throw error;
    // Who only reacts does not expect words.
    desk.log.warn({ err: error }, 'a reaction did not reach its turn');
    return undefined;
  });
  if (turn !== undefined) await showOpinion(desk, record, answered.work, answered.answerAt, turn);
  return 'delivered';
}

/** Undefined for what changes nothing. */
function meaningOf({ now, before }: Reaction): Change | undefined {
  const [is, was] = [ratingOf(now), ratingOf(before)];
  if (is === was) return undefined;
  return is ?? withdrawn;
}

function ratingOf(emoji: readonly string[]): Change | undefined {
  if (emoji.some((one) => BAD.has(one))) return down;
  return emoji.some((one) => GOOD.has(one)) ? up : undefined;
}
