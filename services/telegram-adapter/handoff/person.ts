import { type Delivered, deliver, type Part } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import { escapeHtml } from '../text/formatted.ts';
import { MESSAGE_LIMIT, splitFormatted } from '../text/split.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import { say } from '../words/catalogue.ts';
import { tongueFor } from '../words/tongue-for.ts';
import { COPY, copying } from './copying.ts';
import { postToOperators } from './post.ts';
import type { HandoffWork } from './work.ts';

type ToPerson = Extract<HandoffWork, { kind: 'toPerson' }>;

const NEW = { html: undefined, editableAt: 0 } as const;

/** Tells the person whose session it is what happens to it, and what operators say. */
export async function tellPerson(
  desk: Desk,
  update: InboxUpdate,
  work: ToPerson,
  record: DeliveryRecord,
): Promise<Delivered> {
  const { chat, thread, source, number } = work;
  const target = { chat, ...(thread === undefined ? {} : { thread }) };
  const { group, contacts } = desk.operators;
  const delivered =
    work.say === 'copy' && group !== undefined && source !== undefined
      ? await deliver(copying(desk, group, source), target, record, [COPY], NEW)
      : await deliver(desk, target, record, await wordsFor(desk, work), NEW);
  const isSaid = work.say === 'copy' || work.say === 'words';
  const contact = isSaid && delivered !== 'delivered' ? await contacts.of(work) : undefined;
  if (contact?.number === number) await postToOperators(desk, contact, 'blocked', { id: `blocked-${update.key}` });
  return delivered;
}

async function wordsFor(desk: Desk, work: ToPerson): Promise<readonly Part[]> {
  const { text } = work;
  if (work.say === 'words' || work.say === 'copy') return plainParts(text);
  const chosen = await desk.people.language(work);
  const tongue = tongueFor({ chosen, text: '', interface: work.language });
  switch (work.say) {
    case 'called':
      return plainParts(say(tongue, 'humanCalled'));
    case 'joined':
      return plainParts(text === '' ? say(tongue, 'humanJoined') : `${say(tongue, 'humanJoined')}\n👤 ${text}`);
    case 'left':
      return plainParts(say(tongue, 'humanLeft'));
    case 'nobody came':
      return plainParts(say(tongue, 'humanNobody'));
  }
}

/** A text as it is, in as many messages as it needs. */
export function plainParts(plain: string): readonly Part[] {
  if (plain.length <= MESSAGE_LIMIT) return [{ html: escapeHtml(plain), plain }];
  return splitFormatted({ plain, marks: [], gaps: [] }, MESSAGE_LIMIT);
}
