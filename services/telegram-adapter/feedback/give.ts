import { setTimeout as sleep } from 'node:timers/promises';
import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { type Asker, answerKeyboard } from '../answering/answer-keyboard.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import { type Desk, offersOf } from '../desk.ts';
import { askerOf, readTurn, unlessMissing } from '../presses/turn.ts';
import type { Said } from '../updates/update.ts';
import { tongueFor } from '../words/tongue-for.ts';
import type { Change } from './opinions.ts';

/**
 * Tells conversation what a person thinks of an answer now. The turn as it is then; undefined where it is not there, or was asked by somebody
 * else. Rejects with `RpcError`.
 */
export async function give(desk: Desk, name: string, user: number, change: Change): Promise<Turn | undefined> {
  const before = await readTurn(desk, name, user);
  if (before === undefined) return undefined;
  const feedback = change(before.feedback);
  const request = { turn: name, ...(feedback === undefined ? {} : { feedback }) };
  return unlessMissing(
    async () => (await desk.sessions.giveFeedback(request, { principal: askerOf(desk, name, user) })).turn,
  );
}

/** How often buttons are tried to be changed. */
const TRIES = 3;

/** As long as it makes sense to wait with that, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Has the buttons below an answer show what its asker thinks. A courtesy: what they said is kept, whatever the buttons show. `inGroups`: whether there are thumbs in a group. */
export async function showOpinion(
  desk: Desk,
  record: DeliveryRecord,
  asker: Asker & Pick<Said, 'chat' | 'language'>,
  message: number,
  turn: Turn,
  inGroups: boolean = desk.groupFeedback,
): Promise<void> {
  const tongue = tongueFor({ chosen: turn.language, text: '', interface: asker.language });
  const keyboard = answerKeyboard(turn, asker, tongue, { ...offersOf(desk), inGroups });
  if (keyboard === undefined) return;
  for (let tries = 0; tries < TRIES; tries++) {
    await record.assure();
    const outcome = await desk.client.editKeyboard(asker.chat, message, keyboard);
    if (outcome.ok || outcome.trouble.kind !== 'flood') return;
    if (outcome.trouble.retryAfterMs > PATIENCE_MS) return;
    await sleep(outcome.trouble.retryAfterMs, undefined, { signal: desk.signal });
  }
}
