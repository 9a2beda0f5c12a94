import type { Desk } from '../desk.ts';
import { type Contact, hasTopicIn } from './contacts.ts';

/** The most that Telegram takes for the name of a topic, in characters. */
const NAME_LIMIT = 128;

/**
 * The topic of a session in the operators' group: made where there is none, opened again where it was closed. Undefined where Telegram refuses
 * that. A topic whose making was lost on the way back stays behind empty.
 */
export async function topicFor(desk: Desk, contact: Contact, group: number): Promise<number | undefined> {
  if (contact.topic !== undefined && hasTopicIn(contact, group)) return contact.topic;
  const name = await nameOf(desk, contact);
  const made = await desk.client.call('createForumTopic', (api) => api.createForumTopic({ chat_id: group, name }));
  desk.signal.throwIfAborted();
  if (!made.ok) {
    if (made.trouble.kind === 'refused' || made.trouble.kind === 'forbidden') {
      desk.log.error({ trouble: made.trouble }, 'no topic can be made in the group of OTVET_TELEGRAM_OPERATORS');
      return undefined;
    }
    throw new Error('a topic could not be made; tried again later');
  }
  const topic = made.value.message_thread_id;
  await desk.operators.contacts.setTopic(contact, group, topic);
  return topic;
}

/** Opens a topic again, or closes it. Best effort: operators can write in a closed one as well. */
export async function setTopicOpen(desk: Desk, group: number, topic: number, open: boolean): Promise<void> {
  const params = { chat_id: group, message_thread_id: topic };
  const outcome = open
    ? await desk.client.call('reopenForumTopic', (api) => api.reopenForumTopic(params))
    : await desk.client.call('closeForumTopic', (api) => api.closeForumTopic(params));
  if (!outcome.ok) desk.log.debug({ trouble: outcome.trouble }, 'a topic could not be opened or closed');
}

/** The person's name as it stands in Telegram; nothing of it is stored. */
async function nameOf(desk: Desk, { chat }: Contact): Promise<string> {
  const found = await desk.client.call('getChat', (api) => api.getChat({ chat_id: chat }));
  if (!found.ok) return String(chat);
  const { first_name: first = '', last_name: last = '', title = '' } = found.value;
  const name = `${first} ${last}`.trim() || title || String(chat);
  return [...name].slice(0, NAME_LIMIT).join('');
}
