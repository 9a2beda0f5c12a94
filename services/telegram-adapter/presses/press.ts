import { RpcError } from '#lib/rpc/status.ts';
import { REASONS } from '../answering/answer-keyboard.ts';
import type { Delivered } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import { askForCorrection } from '../feedback/correction.ts';
import { because, down, up, withdrawn } from '../feedback/opinions.ts';
import { tell } from '../feedback/thumbs.ts';
import { type Pressed, readButtonData } from '../telegram/keyboard.ts';
import { escapeHtml } from '../text/formatted.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import type { Work } from '../updates/update.ts';
import { type MessageKey, type Needed, say } from '../words/catalogue.ts';
import { callPeople } from './human.ts';
import { pressLanguage } from './language.ts';
import { askAnew } from './retry.ts';
import { sayParts, tongueOf } from './say.ts';
import { showSources } from './sources.ts';
import { stopAnswer } from './stop.ts';

export type Press = Extract<Work, { kind: 'press' }>;

/** A button that a person pressed and may press. */
export interface PressTask {
  readonly desk: Desk;
  readonly update: InboxUpdate;
  readonly press: Press;
  readonly argument: string;
  readonly record: DeliveryRecord;
}

/** Words that need no value. */
export type Spoken = { [K in MessageKey]: Needed<K> extends readonly [] ? K : never }[MessageKey];

export interface Action {
  /** What is said at once to who pressed it, before it is done; nothing where what it does shows soon. */
  readonly says?: Spoken;
  /** Doing it again is harmless. */
  readonly act: (task: PressTask) => Promise<Delivered>;
}

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['stop', { act: stopAnswer }],
  ['retry', { act: askAnew }],
  ['sources', { act: showSources }],
  ['lang', { act: pressLanguage }],
  ['right', { act: askForCorrection }],
  ['human', { act: callPeople }],
  ['up', { says: 'feedbackThanks', act: tell(up) }],
  ['down', { says: 'feedbackWhy', act: tell(down) }],
  ['unrate', { says: 'feedbackWithdrawn', act: tell(withdrawn) }],
  ...REASONS.map(({ action, reason }) => [action, { says: 'feedbackThanks', act: tell(because(reason)) }] as const),
]);

/** What a button does; undefined where this version has no such button. */
export function actionOf({ action }: Pressed): Action | undefined {
  return ACTIONS.get(action);
}

/** In a group a button is for one person alone. */
export function mayPress({ owner }: Pressed, user: number): boolean {
  return owner === undefined || owner === user;
}

/** Does what a pressed button asks; nothing for one that is not known or another person's. */
export async function handlePress(
  desk: Desk,
  update: InboxUpdate,
  press: Press,
  record: DeliveryRecord,
): Promise<Delivered> {
  const pressed = readButtonData(press.data);
  if (pressed === undefined || !mayPress(pressed, press.user)) return 'delivered';
  const action = actionOf(pressed);
  if (action === undefined) return 'delivered';
  try {
    return await action.act({ desk, update, press, argument: pressed.argument, record });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const id = desk.ids.random().slice(0, 6);
    desk.log.warn({ id, err: error, action: pressed.action }, 'a button could not do what it says');
    const plain = say(await tongueOf(desk, press), 'busy', { id });
    return sayParts(desk, press, record, [{ html: escapeHtml(plain), plain }]);
  }
}
