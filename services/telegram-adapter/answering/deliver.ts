import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#lib/clock.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import type { TelegramMetrics } from '../metrics.ts';
import type { Outcome, TelegramClient } from '../telegram/client.ts';
import { type Keyboard, sameKeyboard } from '../telegram/keyboard.ts';
import { type Target, withoutReply } from '../telegram/target.ts';
import type { Rendered } from '../text/formatted.ts';
import { nextStep, type Reaction, reactionTo } from './delivery.ts';
import type { Pace } from './pace.ts';
import type { DeliveryRecord } from './record.ts';

export interface DeliveryDeps {
  readonly client: Pick<TelegramClient, 'send' | 'edit' | 'blockedUntil'>;
  readonly metrics: TelegramMetrics;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly log: Logger;
  /** Aborts when the service stops; then delivery rejects, and goes on after the next start. */
  readonly signal: AbortSignal;
}

/** The text of one message, and the buttons below it. */
export interface Part extends Rendered {
  readonly keyboard?: Keyboard;
  /** Opens the person's keyboard for a reply to this message. */
  readonly asksReply?: boolean;
}

/** What the first message shows before the final text is delivered. */
export interface ShownDraft {
  /** Its HTML; undefined when it is not known. */
  readonly html: string | undefined;
  readonly keyboard?: Keyboard;
  /** Before this time no edit is to be made, milliseconds since the epoch. */
  readonly editableAt: number;
}

export type Delivered = 'delivered' | 'blocked' | 'refused';

/**
 * Delivers a text as messages, each once: the first by editing what is shown already, where something is. Comes to an
 * end when all parts stand, or when nothing can be said in the chat any more.
 */
export async function deliver(
  deps: DeliveryDeps,
  target: Target,
  record: DeliveryRecord,
  parts: readonly Part[],
  draft: ShownDraft,
): Promise<Delivered> {
  for (let settled = 0; ; settled++) {
    const step = nextStep(record.messages, parts.length, settled);
    if (step.do === 'finish') return 'delivered';
    const part = parts[step.part] as Part;
    if (step.do === 'edit' && part.html === draft.html && sameKeyboard(part.keyboard, draft.keyboard)) continue;
    const landed =
      step.do === 'edit'
        ? await landEdit(deps, target, record, step.message, part, draft.editableAt)
        : await landSend(deps, target, record, step.part, part);
    if (landed !== 'landed') return landed;
    settled = Math.max(settled, step.part);
  }
}

export type Landing = 'landed' | 'blocked' | 'refused';

async function landEdit(
  deps: DeliveryDeps,
  target: Target,
  record: DeliveryRecord,
  message: number,
  part: Part,
  editableAt: number,
): Promise<Landing> {
  // A clock that was set back does not make a finished answer wait.
  await waitUntil(deps, Math.min(editableAt, deps.clock.now() + deps.pace.editGapMs));
  const landed = await land(deps, target.chat, async (plain) => {
    await record.assure();
    return deps.client.edit(target.chat, message, part, plain, part.keyboard);
  });
  return landed.as === 'gone' ? landSend(deps, target, record, 0, part) : landed.as;
}

/** Sends a part as a new message, once. */
export async function landSend(
  deps: DeliveryDeps,
  target: Target,
  record: DeliveryRecord,
  part: number,
  text: Part,
): Promise<Landing> {
  const landed = await land(
    deps,
    target.chat,
    async (plain) => {
      await record.intend(part);
      await record.assure();
      if (record.begin()) deps.metrics.repeatedSends.inc();
      return deps.client.send(
        part === 0 ? target : withoutReply(target),
        text,
        plain,
        text.asksReply ? 'asksReply' : text.keyboard,
      );
    },
    () => record.withdraw(),
  );
  if (landed.value !== undefined) record.sent(part, landed.value);
  return landed.as === 'gone' ? 'refused' : landed.as;
}

interface Landed<T> {
  readonly as: Landing | 'gone';
  readonly value?: T;
}

/** Calls until it is done or cannot be done. `undone` is told of tries that certainly had no effect. */
async function land<T>(
  deps: DeliveryDeps,
  chat: number,
  call: (plain: boolean) => Promise<Outcome<T>>,
  undone: () => Promise<void> = async () => undefined,
): Promise<Landed<T>> {
  let plain = false;
  for (let tries = 0; ; tries++) {
    await waitUntil(deps, deps.client.blockedUntil(chat));
    const outcome = await call(plain);
    if (outcome.ok) return { as: 'landed', value: outcome.value };
    deps.signal.throwIfAborted();
    const reaction = reactionTo(outcome.trouble, tries, plain);
    if (reaction.do !== 'retry' || reaction.certain) await undone();
    const end = endOf(reaction, deps);
    if (end !== undefined) return { as: end };
    if (reaction.do === 'plain') plain = true;
    if (reaction.do === 'retry') {
      deps.log.debug({ trouble: outcome.trouble, tries }, 'a call to Telegram is repeated');
      await sleep(reaction.afterMs, undefined, { signal: deps.signal });
    }
  }
}

function endOf(reaction: Reaction, deps: DeliveryDeps): Landed<never>['as'] | undefined {
  switch (reaction.do) {
    case 'accept':
      return 'landed';
    case 'sendNew':
      return 'gone';
    case 'abandon':
      deps.metrics.undeliverable.inc({ reason: 'blocked' });
      return 'blocked';
    case 'giveUp':
      deps.metrics.undeliverable.inc({ reason: 'refused' });
      deps.log.error({ problem: reaction.problem }, 'Telegram refuses a text');
      return 'refused';
    default:
      return undefined;
  }
}

async function waitUntil(deps: DeliveryDeps, time: number): Promise<void> {
  const ms = time - deps.clock.now();
  if (ms > 0) await sleep(ms, undefined, { signal: deps.signal });
}
