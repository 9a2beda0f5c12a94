import { RpcError } from '#lib/rpc/status.ts';
import { type Desk, principalOf } from '../desk.ts';
import type { Spoken } from '../presses/press.ts';
import type { Media } from '../updates/media.ts';
import { fetchFile, MOST_FILE_BYTES } from './fetching.ts';
import { patiently } from './patiently.ts';

/** Longer than writing down a recording takes with all retries, in milliseconds. */
const TIMEOUT_MS = 120_000;

/** What somebody said, or what to say where that cannot be known. */
export type Listened = { readonly text: string } | { readonly says: Spoken };

/** Listens to a recording. Rejects when it cannot be had, and when listening fails for reasons that pass. */
export async function listenTo(desk: Desk, recording: Media, user: number): Promise<Listened> {
  const audio = await fetchFile(desk, recording, MOST_FILE_BYTES);
  if (audio === 'tooLarge') return { says: 'fileTooLarge' };
  const assistant = await desk.assistants.name();
  if (assistant === undefined) return { says: 'voiceUnavailable' };
  const { bot, conversation, signal } = desk;
  const options = { principal: principalOf(bot, user, assistant), signal, timeoutMs: TIMEOUT_MS };
  const { mimeType } = recording;
  try {
    const { text } = await patiently(desk, () => conversation.transcribe({ assistant, audio, mimeType }, options));
    return text.trim() === '' ? { says: 'heardNothing' } : { text: text.trim() };
  } catch (error) {
    const reason = error instanceof RpcError ? error.failure.reason : '';
    if (reason === 'TRANSCRIPTION_UNAVAILABLE') return { says: 'voiceUnavailable' };
    if (reason === 'AUDIO_REJECTED' || reason === 'INVALID_REQUEST') return { says: 'heardNothing' };
    throw error;
  }
}

/** What was heard, as a quotation above the answer: Markdown that shows the words as they are. */
export function echoOf(text: string): string {
  const plain = text.replace(/[\\`*_{}[\]<>#~|]/g, String.raw`\$&`);
  return plain
    .split(/\r?\n/)
    .map((line, place) => (place === 0 ? `> 🎤 ${line}` : `> ${line}`))
    .join('\n');
}
