import type { Delivered } from '../answering/deliver.ts';
import type { PressTask } from '../presses/press.ts';
import { turnNameOf } from '../presses/turn.ts';
import { give, showOpinion } from './give.ts';
import type { Change } from './opinions.ts';

/** A button that tells what a person thinks of an answer: that is kept, and the buttons show it. */
export function tell(change: Change): (task: PressTask) => Promise<Delivered> {
  return async ({ desk, press, argument, record }) => {
    const name = await turnNameOf(desk, press, argument);
    const turn = name === undefined ? undefined : await give(desk, name, press.user, change);
    if (turn !== undefined) await showOpinion(desk, record, press, press.message, turn, true);
    return 'delivered';
  };
}
