import type { Trouble } from '../telegram/outcome.ts';
import { backoffMs } from './pace.ts';

/** Decisions of delivery: what to do next to have each part of a text shown once. No clock, no I/O. */

export type Step =
  /** Make the shown message of this part show the final text. */
  | { readonly do: 'edit'; readonly part: number; readonly message: number }
  /** Send this part as a new message. */
  | { readonly do: 'send'; readonly part: number }
  | { readonly do: 'finish' };

/**
 * The next step towards `parts` messages, `settled` of which show their final text; `messages` are the ids of those that
 * stand, in order. Only the first message can show something else before; later ones are final when they are sent.
 */
export function nextStep(messages: readonly number[], parts: number, settled: number): Step {
  const message = messages[0];
  if (settled === 0 && parts > 0 && message !== undefined) return { do: 'edit', part: 0, message };
  const part = Math.max(settled, messages.length);
  return part < parts ? { do: 'send', part } : { do: 'finish' };
}

export type Reaction =
  /** It stands there. */
  | { readonly do: 'accept' }
  /** Try again; `certain` when the call was certainly not done. */
  | { readonly do: 'retry'; readonly afterMs: number; readonly certain: boolean }
  /** Try again without markup. */
  | { readonly do: 'plain' }
  /** The message is gone: send a new one. */
  | { readonly do: 'sendNew' }
  /** Nothing can be said in this chat. */
  | { readonly do: 'abandon' }
  /** Telegram will not take this text in any form. */
  | { readonly do: 'giveUp'; readonly problem: string };

/** What follows from trouble with a final text. `tries` counts earlier tries; `plain` tells that there was no markup. */
export function reactionTo(trouble: Trouble, tries: number, plain: boolean): Reaction {
  switch (trouble.kind) {
    case 'unchanged':
      return { do: 'accept' };
    case 'flood':
      return { do: 'retry', afterMs: trouble.retryAfterMs, certain: true };
    case 'moved':
      return { do: 'retry', afterMs: 0, certain: true };
    case 'undone':
    case 'unauthorized':
    case 'conflict':
      return { do: 'retry', afterMs: backoffMs(tries), certain: true };
    case 'lost':
      return { do: 'retry', afterMs: backoffMs(tries), certain: false };
    case 'gone':
      return { do: 'sendNew' };
    case 'forbidden':
      return { do: 'abandon' };
    case 'unparsable':
      return plain ? { do: 'giveUp', problem: 'plain text refused' } : { do: 'plain' };
    case 'refused':
      return plain ? { do: 'giveUp', problem: trouble.problem } : { do: 'plain' };
  }
}
