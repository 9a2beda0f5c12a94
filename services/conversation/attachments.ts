import { createHash } from 'node:crypto';
import { BlobMissing } from '#lib/blobs/port.ts';
import { fieldInvalid } from './failures.ts';
import type { KeptBlob, KeptBlobs } from './kept-blobs.ts';

/** A picture as it came with a question. */
export interface Picture {
  readonly mimeType: string;
  readonly data: Uint8Array;
}

/** A picture of a turn, as the turn's record names it. */
export type AttachmentRecord = KeptBlob & { readonly mimeType: string };

/** How long pictures are kept. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** How files of these kinds begin. */
const STARTS: Readonly<Record<string, (head: string) => boolean>> = {
  'image/jpeg': (head) => head.startsWith('ffd8ff'),
  'image/png': (head) => head.startsWith('89504e470d0a1a0a'),
  'image/webp': (head) => head.startsWith('52494646') && head.slice(16, 24) === '57454250',
};

/** Throws INVALID_REQUEST for a picture that does not begin as its type says: providers refuse it, later and in darker words. */
export function checkPictures(pictures: readonly Picture[]): void {
  for (const [place, { mimeType, data }] of pictures.entries()) {
    const head = Buffer.from(data.subarray(0, 12)).toString('hex');
    if (STARTS[mimeType]?.(head) !== true) throw fieldInvalid(`attachments[${place}].data`, `is no ${mimeType}`);
  }
}

/** Tells questions with other pictures apart; empty without any. */
export function picturesHash(pictures: readonly Picture[]): string {
  if (pictures.length === 0) return '';
  const hash = createHash('sha256');
  for (const { mimeType, data } of pictures) hash.update(`${mimeType} ${data.length}\n`).update(data);
  return hash.digest('base64url');
}

/** The pictures of turns. */
export class Attachments {
  readonly #kept: KeptBlobs;

  constructor(kept: KeptBlobs) {
    this.#kept = kept;
  }

  /** Stores the pictures of a turn that is about to be accepted, so that any attempt has them. */
  keep(turn: string, pictures: readonly Picture[], now: number): Promise<AttachmentRecord[]> {
    const keep = async ({ mimeType, data }: Picture, place: number): Promise<AttachmentRecord> => ({
      ...(await this.#kept.keep(`${turn} ${place}`, data, now + KEPT_MS)),
      mimeType,
    });
    return Promise.all(pictures.map(keep));
  }

  /** The pictures of a turn, but for those whose time is over. */
  async read(records: readonly AttachmentRecord[]): Promise<Picture[]> {
    const read = async (record: AttachmentRecord): Promise<Picture[]> => {
      try {
        return [{ mimeType: record.mimeType, data: await this.#kept.read(record) }];
      } catch (error) {
        if (error instanceof BlobMissing) return [];
        throw error;
      }
    };
    return (await Promise.all(records.map(read))).flat();
  }
}
