import type { Delivered } from '../answering/deliver.ts';
import { askForPeople } from '../handoff/ask-for-people.ts';
import type { PressTask } from './press.ts';
import { sayWords } from './say.ts';

/** Hands the conversation to people. */
export async function callPeople({ desk, press, record }: PressTask): Promise<Delivered> {
  const asked = await askForPeople(desk, press);
  return sayWords(desk, press, record, asked === 'notReady' ? 'humanOff' : asked);
}
