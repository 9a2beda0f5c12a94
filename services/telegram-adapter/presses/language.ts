import type { Delivered } from '../answering/deliver.ts';
import { chooseLanguage } from '../languages.ts';
import type { PressTask } from './press.ts';
import { sayParts, tongueOf } from './say.ts';

/** A language below /lang: chosen, and told in place of the list. */
export async function pressLanguage({ desk, press, argument, record }: PressTask): Promise<Delivered> {
  const chosen = await chooseLanguage(desk, press, argument, await tongueOf(desk, press));
  record.adopt(press.message);
  return sayParts(desk, press, record, [chosen]);
}
