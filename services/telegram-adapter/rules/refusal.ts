import type { Letter } from '../answering/letters.ts';
import type { Desk } from '../desk.ts';
import { newCode } from '../groups/entry.ts';
import { isWithPeople } from '../handoff/pass-on.ts';
import { targetOf } from '../telegram/target.ts';
import { plainText } from '../text/formatted.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import { asksAnew, type Work } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';
import { tongueFor } from '../words/tongue-for.ts';

/** Commands that everybody may give: what concerns their own data, and what lets them in. */
const FREE: ReadonlySet<string> = new Set(['pair', 'privacy', 'forget', 'lang']);

/** Words of the kinds of work that are answers to something that a person said. */
const SAID: ReadonlySet<string> = new Set<Work['kind']>(['question', 'media', 'edit', 'command', 'unsupported']);

/** How long a person who may not ask is not told so again, in milliseconds: 6 hours. */
const REFUSED_EVERY_MS = 6 * 3_600_000;

/** What to say instead of an answer, where one is not to be given: nothing to who was told lately. Undefined: it is to be given. */
export async function refusal(desk: Desk, update: InboxUpdate): Promise<readonly Letter[] | undefined> {
  const { work } = update;
  if (desk.access.rule.of !== 'open' && (await isRefused(desk, work))) {
    const now = desk.clock.now();
    if (!(await desk.people.claimRefusal(work, work.message, now, REFUSED_EVERY_MS))) return [];
    return [await letter(desk, work, (tongue) => sayNo(desk, work.user, tongue))];
  }
  const asks = work.kind === 'question' || work.kind === 'media' || work.kind === 'edit' || asksAnew(work);
  if (!asks || !desk.rate.isOn) return undefined;
  // What is said to people costs nothing.
  if (await isWithPeople(desk, work)) return undefined;
  const until = await desk.rate.reachedUntil(work.user, update.updateId);
  if (until === undefined) return undefined;
  return [await letter(desk, work, async (tongue) => say(tongue, 'rateReached', { time: clockTime(until) }))];
}

async function isRefused(desk: Desk, work: Work): Promise<boolean> {
  if (work.place !== 'private' || !SAID.has(work.kind)) return false;
  if (work.kind === 'command' && FREE.has(work.name)) return false;
  return !(await desk.access.admits(work.user));
}

async function sayNo(desk: Desk, user: number, tongue: Parameters<typeof say>[0]): Promise<string> {
  const { rule } = desk.access;
  if (rule.of === 'members') return say(tongue, 'accessMembers', { channel: rule.channel });
  if (rule.of === 'pairing') {
    return say(tongue, 'accessPairing', { code: await desk.access.codeFor(user, newCode(desk)) });
  }
  return say(tongue, 'accessListed');
}

async function letter(
  desk: Desk,
  work: Work,
  words: (tongue: Parameters<typeof say>[0]) => Promise<string>,
): Promise<Letter> {
  const chosen = await desk.people.language(work);
  const text = work.kind === 'question' || work.kind === 'media' ? work.text : '';
  const tongue = tongueFor({ chosen, text, interface: work.language });
  return { target: targetOf(work), text: plainText(await words(tongue)) };
}

/** Of the day, in UTC: where the person is, nobody knows. */
function clockTime(at: number): string {
  // The minute after it, for what is within one.
  return new Date(Math.ceil(at / 60_000) * 60_000).toISOString().slice(11, 16);
}
