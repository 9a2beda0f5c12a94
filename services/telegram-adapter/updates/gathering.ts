import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import type { InboxUpdate } from './inbox.ts';
import { NEAR_LIMIT } from './pasted.ts';
import { sessionIdOf, type Work } from './update.ts';

/** Nothing more has come for so long: all is there. */
const QUIET_MS = 800;
/** However slowly it comes, it is answered after so many waits. */
const MOST_WAITS = 4;
/** Parts of one text are sent within so long of each other; Telegram tells whole seconds. */
const TOGETHER_MS = 2_000;
/** What conversation takes of one question. */
const MOST_CHARACTERS = 16_000;
const MOST_PICTURES = 4;

/** A message that may be one of several. */
export type Part = InboxUpdate & { readonly work: Extract<Work, { kind: 'question' | 'media' }> };

/** Whether more may belong to what was sent: clients split long texts and albums into several messages. */
export function mayBePart(work: Work): boolean {
  if (work.kind === 'question') return work.text.length >= NEAR_LIMIT;
  return work.kind === 'media' && work.album !== '' && work.media.every(({ as }) => as === 'picture');
}

/**
 * Waits until nothing more comes, and joins what was sent together into the first of it: that is written down first, then the others are
 * done with, so that whoever goes on after a death in between asks the same.
 */
export async function gather(desk: Desk, update: InboxUpdate, record: DeliveryRecord): Promise<Part> {
  const first = update as Part;
  let parts = await partsOf(desk, first);
  for (let waits = 0; waits < MOST_WAITS && update.understood !== true; waits++) {
    await sleep(QUIET_MS, undefined, { signal: desk.signal });
    const more = await partsOf(desk, first);
    const isQuiet = more.length === parts.length;
    parts = more;
    if (isQuiet) break;
  }
  const whole = update.understood === true || parts.length === 0 ? first : await join(first, parts, record);
  for (const part of parts) {
    await record.absorb(part.key);
    desk.backlog.drop(part);
  }
  return whole;
}

async function join(first: Part, parts: readonly Part[], record: DeliveryRecord): Promise<Part> {
  const all = [first, ...parts].map(({ work }) => work);
  if (first.work.kind === 'question') {
    const text = all.map((work) => work.text).join('');
    const whole = text.slice(0, MOST_CHARACTERS).toWellFormed();
    await record.understand(whole);
    return { ...first, understood: true, work: { ...first.work, text: whole } };
  }
  const captions = all.map((work) => work.text).filter((text) => text !== '');
  const media = all.flatMap((work) => (work.kind === 'media' ? work.media : [])).slice(0, MOST_PICTURES);
  const text = captions.join('\n');
  await record.understand(text, media);
  return { ...first, understood: true, work: { ...first.work, text, media } };
}

/** What was accepted after the first part and belongs to it, in order. */
async function partsOf(desk: Desk, { work: first }: Part): Promise<Part[]> {
  const session = sessionIdOf(first);
  const parts: Part[] = [];
  let before = first;
  for await (const update of desk.inbox.unfinished(desk.bot, first.chat)) {
    const { work } = update;
    if (work.message <= first.message || work.user !== first.user || sessionIdOf(work) !== session) continue;
    if (work.kind !== first.kind) continue;
    if (work.kind === 'media' && first.kind === 'media') {
      if (work.album === first.album) parts.push({ ...update, work });
      continue;
    }
    if (work.kind !== 'question') continue;
    if (before.text.length < NEAR_LIMIT || work.at - before.at > TOGETHER_MS) break;
    parts.push({ ...update, work });
    before = work;
  }
  return parts;
}
