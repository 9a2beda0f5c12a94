import { Turn_State } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { Delivered } from '../answering/deliver.ts';
import type { PressTask } from './press.ts';
import { askerOf, readTurn, turnNameOf, unlessMissing } from './turn.ts';

/** Stops the answer that has the button, where it is still being written: a press that comes late stops nothing else. */
export async function stopAnswer({ desk, press, argument }: PressTask): Promise<Delivered> {
  const name = await turnNameOf(desk, press, argument);
  if (name === undefined) return 'delivered';
  const turn = await readTurn(desk, name, press.user);
  if (turn === undefined || turn.state === Turn_State.FINISHED) return 'delivered';
  const session = name.slice(0, name.indexOf('/turns/'));
  await unlessMissing(() => desk.conversation.stopTurns({ session }, { principal: askerOf(desk, name, press.user) }));
  return 'delivered';
}
