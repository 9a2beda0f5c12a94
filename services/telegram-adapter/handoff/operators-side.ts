import { type Delivered, deliver, type Part } from '../answering/deliver.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import type { Keyboard } from '../telegram/keyboard.ts';
import { say } from '../words/catalogue.ts';
import { tongueFor } from '../words/tongue-for.ts';
import type { Contact } from './contacts.ts';
import { COPY, copying } from './copying.ts';
import { plainParts } from './person.ts';
import { setTopicOpen, topicFor } from './topic.ts';
import type { HandoffWork } from './work.ts';

type ToOperators = Extract<HandoffWork, { kind: 'toOperators' }>;

const NEW = { html: undefined, editableAt: 0 } as const;

/** Tells operators, in the topic of the session, what happens to it and what the person says. */
export async function tellOperators(desk: Desk, work: ToOperators, record: DeliveryRecord): Promise<Delivered> {
  const { group, contacts } = desk.operators;
  const contact = group === undefined ? undefined : await contacts.of(work);
  if (group === undefined || contact === undefined) return 'delivered';
  const begins = work.say === 'asked' || work.say === 'refusals';
  const topic = await topicFor(desk, contact, group);
  if (topic === undefined) return 'refused';
  if (begins && topic === contact.topic) await setTopicOpen(desk, group, topic, true);
  let delivered = await tellIn(desk, work, record, group, topic);
  if (delivered === 'refused') {
    // Somebody may have deleted the topic: it gets another one.
    const { topicKey: _, topic: __, ...without } = contact;
    const another = await topicFor(desk, without as Contact, group);
    if (another !== undefined) delivered = await tellIn(desk, work, record, group, another);
  } else if (work.say === 'ended') await setTopicOpen(desk, group, topic, false);
  // Whether operators can be reached says nothing of the person.
  return delivered === 'blocked' ? 'refused' : delivered;
}

async function tellIn(
  desk: Desk,
  work: ToOperators,
  record: DeliveryRecord,
  group: number,
  thread: number,
): Promise<Delivered> {
  const target = { chat: group, thread };
  if (work.say === 'copy' && work.source !== undefined) {
    return deliver(copying(desk, work.chat, work.source), target, record, [COPY], NEW);
  }
  return deliver({ ...desk, pace: desk.groupPace }, target, record, await wordsFor(desk, work, group), NEW);
}

/** In the language that operators chose in their group, else in that of the person. */
async function wordsFor(desk: Desk, work: ToOperators, group: number): Promise<readonly Part[]> {
  const chosen = await desk.people.language({ chat: group });
  const tongue = tongueFor({ chosen, text: '', interface: work.language });
  const { text } = work;
  switch (work.say) {
    case 'asked':
    case 'refusals': {
      const why = work.say === 'asked' ? [] : [say(tongue, 'operatorRefusals')];
      const parts = plainParts([...(text === '' ? [] : [text]), ...why, say(tongue, 'operatorHow')].join('\n\n'));
      const keyboard: Keyboard = [
        [
          { text: say(tongue, 'buttonTake'), data: 'take:people' },
          { text: say(tongue, 'buttonGiveBack'), data: 'end:people' },
        ],
      ];
      return parts.map((part, at) => (at === parts.length - 1 ? { ...part, keyboard } : part));
    }
    case 'owner':
      return plainParts(say(tongue, 'operatorOwner', { name: text || '?' }));
    case 'ended':
      return plainParts(say(tongue, 'operatorEnded'));
    case 'late':
      return plainParts(say(tongue, 'operatorLate'));
    case 'blocked':
      return plainParts(say(tongue, 'operatorBlocked'));
    case 'words':
    case 'copy':
      return plainParts(text);
  }
}
