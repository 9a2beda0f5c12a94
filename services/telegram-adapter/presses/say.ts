import type { Tongue } from '#lib/words/tongues.ts';
import { type Delivered, deliver, type Part } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import { targetOf } from '../telegram/target.ts';
import { escapeHtml } from '../text/formatted.ts';
import type { Said } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';
import { tongueFor } from '../words/tongue-for.ts';
import type { Spoken } from './press.ts';

/** The language to speak with a person who wrote nothing just now. */
export async function tongueOf(desk: Desk, said: Said): Promise<Tongue> {
  return tongueFor({ chosen: await desk.people.language(said), text: '', interface: said.language });
}

/** Says something as messages of its own; in a group as a reply to the message that was pressed or that asked for it. */
export function sayParts(desk: Desk, said: Said, record: DeliveryRecord, parts: readonly Part[]): Promise<Delivered> {
  return deliver(desk, targetOf(said), record, parts, { html: undefined, editableAt: 0 });
}

export async function sayWords(desk: Desk, said: Said, record: DeliveryRecord, key: Spoken): Promise<Delivered> {
  const plain = say(await tongueOf(desk, said), key);
  return sayParts(desk, said, record, [{ html: escapeHtml(plain), plain }]);
}
