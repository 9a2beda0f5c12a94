import { answer } from '../answering/answer.ts';
import { askedBy } from '../answering/asked-by.ts';
import type { Delivered } from '../answering/deliver.ts';
import type { Picture } from '../answering/picture.ts';
import type { DeliveryRecord } from '../answering/record.ts';
import type { Desk } from '../desk.ts';
import { sayParts, sayWords, tongueOf } from '../presses/say.ts';
import { targetOf } from '../telegram/target.ts';
import { escapeHtml } from '../text/formatted.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import { type Media, MOST_PICTURE_BYTES } from '../updates/media.ts';
import type { Work } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';
import { fetchFile } from './fetching.ts';
import { attachFile } from './files.ts';
import { echoOf, listenTo } from './recordings.ts';

type MediaWork = Extract<Work, { kind: 'media' }>;

/** Answers what somebody sent beside words. */
export async function answerMedia(
  desk: Desk,
  update: InboxUpdate,
  work: MediaWork,
  record: DeliveryRecord,
): Promise<Delivered> {
  if (await desk.stops.isStopped(work, work.message)) return 'delivered';
  void desk.client.typing(targetOf(work));
  const [first] = work.media;
  if (first?.as === 'recording') return answerRecording(desk, update, work, first, record);
  if (first?.as === 'file') return answerFile(desk, update, work, first, record);
  const pictures = await picturesOf(desk, work);
  if (pictures === undefined) return sayWords(desk, work, record, 'fileTooLarge');
  return answer(desk, update, { ...askedBy(update.updateId, work, work.text), pictures }, record);
}

/** The pictures of a message; none for another kind. Undefined where one is too large. */
export async function picturesOf(desk: Desk, work: Work): Promise<readonly Picture[] | undefined> {
  if (work.kind !== 'media') return [];
  const pictures: Picture[] = [];
  for (const media of work.media.filter(({ as }) => as === 'picture')) {
    const data = await fetchFile(desk, media, MOST_PICTURE_BYTES);
    if (data === 'tooLarge') return undefined;
    pictures.push({ mimeType: media.mimeType, data });
  }
  return pictures;
}

/** What was heard stands above the answer. It is written down before it is asked: listening again might hear something else. */
async function answerRecording(
  desk: Desk,
  update: InboxUpdate,
  work: MediaWork,
  recording: Media,
  record: DeliveryRecord,
): Promise<Delivered> {
  let { text } = work;
  if (update.understood !== true) {
    const heard = await listenTo(desk, recording, work.user);
    if ('says' in heard) return sayWords(desk, work, record, heard.says);
    text = text === '' ? heard.text : `${text}\n${heard.text}`;
    await record.understand(text, work.media);
  }
  return answer(desk, update, { ...askedBy(update.updateId, work, text), preface: echoOf(text) }, record);
}

async function answerFile(
  desk: Desk,
  update: InboxUpdate,
  work: MediaWork,
  file: Media,
  record: DeliveryRecord,
): Promise<Delivered> {
  const trouble = await attachFile(desk, work, file);
  if (trouble !== undefined) return sayWords(desk, work, record, trouble);
  if (work.text !== '') return answer(desk, update, askedBy(update.updateId, work, work.text), record);
  const plain = say(await tongueOf(desk, work), 'fileRead', { name: work.fileName || '📄' });
  return sayParts(desk, work, record, [{ html: escapeHtml(plain), plain }]);
}
