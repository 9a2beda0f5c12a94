import type { Target } from '../telegram/target.ts';
import { type DeliveryDeps, landSend, type Part } from './deliver.ts';
import type { DeliveryRecord } from './record.ts';

/** A text for a chat. */
export interface Letter {
  readonly target: Target;
  readonly text: Part;
}

/** Stands for the message of a letter that could not be delivered. */
const NONE = 0;

/** Delivers letters to several chats, each once. One that cannot be delivered holds up no other. The chats in which nothing can be said. */
export async function deliverLetters(
  deps: DeliveryDeps,
  record: DeliveryRecord,
  letters: readonly Letter[],
): Promise<readonly number[]> {
  const blocked: number[] = [];
  for (const [part, { target, text }] of letters.entries()) {
    if (part < record.messages.length) continue;
    const landed = await landSend(deps, target, record, part, text);
    if (landed === 'blocked') blocked.push(target.chat);
    if (landed !== 'landed') record.sent(part, NONE);
  }
  return blocked;
}
