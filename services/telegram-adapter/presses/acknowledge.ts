import type { Desk } from '../desk.ts';
import { readButtonData } from '../telegram/keyboard.ts';
import type { Meaning, Work } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';
import { tongueFor } from '../words/tongue-for.ts';
import { actionOf, mayPress, type Spoken } from './press.ts';

type Press = Extract<Work, { kind: 'press' }>;

/**
 * Tells who pressed a button that it was seen, before anything is done about it: what needs time, such as a call to another service or a
 * chat that is to be quiet, must not make a person wait before a button that seems dead. Never rejects.
 */
export async function acknowledge(desk: Desk, press: Press): Promise<void> {
  const chosen = await desk.people.language(press).catch(() => '');
  const key = wordsFor(press);
  const tongue = tongueFor({ chosen, text: '', interface: press.language });
  await tell(desk, press.query, key === undefined ? '' : say(tongue, key));
}

/** The same for a button of which is not known where it stands. Never rejects. */
export async function acknowledgeStray(
  desk: Desk,
  { query, language }: Extract<Meaning, { kind: 'strayPress' }>,
): Promise<void> {
  await tell(desk, query, say(tongueFor({ chosen: '', text: '', interface: language }), 'buttonGone'));
}

/** What is to be said at once; nothing where what follows speaks for itself. */
function wordsFor({ data, user }: Press): Spoken | undefined {
  const pressed = readButtonData(data);
  const action = pressed && actionOf(pressed);
  if (pressed === undefined || action === undefined) return 'buttonGone';
  return mayPress(pressed, user) ? action.says : 'buttonOfAnother';
}

async function tell(desk: Desk, query: string, text: string): Promise<void> {
  const outcome = await desk.client.answerPress(query, text);
  // Telegram takes an answer for a short while only; a press that came late goes without.
  if (!outcome.ok) desk.log.debug({ trouble: outcome.trouble }, 'a press of a button could not be answered');
}
