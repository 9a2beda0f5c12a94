import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../answering/pace.ts';
import type { Desk } from '../desk.ts';
import type { Media } from '../updates/media.ts';

/** Telegram gives bots no larger files. */
export const MOST_FILE_BYTES = 20_000_000;
/** How often a download is begun before the person is told that it does not work. */
const TRIES = 4;

/** A file cannot be had from Telegram. */
export class FileUnavailable extends Error {
  override readonly name = 'FileUnavailable';
}

/** The file of a message. Rejects with `FileUnavailable` after some tries, or when the service stops. */
export async function fetchFile(desk: Desk, { id, size }: Media, mostBytes: number): Promise<Uint8Array | 'tooLarge'> {
  if (size > mostBytes) return 'tooLarge';
  for (let tries = 0; ; tries++) {
    const outcome = await desk.client.download(id, mostBytes, desk.signal);
    if (outcome === 'tooLarge') return outcome;
    if (outcome.ok) return outcome.value;
    desk.signal.throwIfAborted();
    const { trouble } = outcome;
    const mayPass = trouble.kind === 'flood' || trouble.kind === 'undone' || trouble.kind === 'lost';
    if (!mayPass || tries + 1 === TRIES) throw new FileUnavailable(`a file of Telegram: ${trouble.kind}`);
    await sleep(trouble.kind === 'flood' ? trouble.retryAfterMs : backoffMs(tries), undefined, { signal: desk.signal });
  }
}
