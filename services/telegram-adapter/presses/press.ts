import type { Delivered } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import { type Pressed, readButtonData } from '../telegram/keyboard.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import type { Work } from '../updates/update.ts';

/** A button that a person pressed and may press. */
export interface PressTask {
  readonly desk: Desk;
  readonly update: InboxUpdate;
  readonly press: Extract<Work, { kind: 'press' }>;
  readonly argument: string;
  readonly record: DeliveryRecord;
}

/** What each button does. Doing it again is harmless. */
const ACTIONS: Readonly<Record<string, (task: PressTask) => Promise<Delivered>>> = {};

/** Whether there is, in this version, a button that says this. */
export function isKnownAction(action: string): boolean {
  return Object.hasOwn(ACTIONS, action);
}

/** Does what a pressed button asks; nothing for one that is not known or another person's. */
export async function handlePress(
  desk: Desk,
  update: InboxUpdate,
  press: PressTask['press'],
  record: DeliveryRecord,
): Promise<Delivered> {
  const pressed = readButtonData(press.data);
  if (pressed === undefined || !mayPress(pressed, press.user)) return 'delivered';
  const act = Object.hasOwn(ACTIONS, pressed.action) ? ACTIONS[pressed.action] : undefined;
  return act?.({ desk, update, press, argument: pressed.argument, record }) ?? 'delivered';
}

function mayPress({ owner }: Pressed, user: number): boolean {
  return owner === undefined || owner === user;
}
