import { RpcError } from '#lib/rpc/status.ts';
import { type Desk, principalOf, sessionOf } from '../desk.ts';
import type { Spoken } from '../presses/press.ts';
import type { Media } from '../updates/media.ts';
import type { Work } from '../updates/update.ts';
import { fetchFile, MOST_FILE_BYTES } from './fetching.ts';
import { patiently } from './patiently.ts';

const TIMEOUT_MS = 60_000;

/** Has a file read into the session of its chat. What to say where that does not work; undefined where it does. */
export async function attachFile(
  desk: Desk,
  work: Extract<Work, { kind: 'media' }>,
  file: Media,
): Promise<Spoken | undefined> {
  const content = await fetchFile(desk, file, MOST_FILE_BYTES);
  if (content === 'tooLarge') return 'fileTooLarge';
  const assistant = await desk.assistants.name();
  if (assistant === undefined) return 'fileUnreadable';
  const { bot, sessions, signal } = desk;
  const session = sessionOf(bot, work, assistant);
  const options = { principal: principalOf(bot, work.user, assistant), signal, timeoutMs: TIMEOUT_MS };
  // Names of 255 characters are as long as file systems take them.
  const fileName = work.fileName.slice(-255) || 'file';
  try {
    await patiently(desk, () => sessions.attachFile({ session, fileName, content }, options));
    return undefined;
  } catch (error) {
    if (error instanceof RpcError && error.failure.reason.startsWith('FILE_')) return 'fileUnreadable';
    throw error;
  }
}
