import { field, numberOf, textOf } from './fields.ts';

/** What a message holds beside words, and how to get it. A type, not an interface: it is stored. */
export type Media = {
  readonly as: 'recording' | 'picture' | 'file';
  /** Telegram's file_id. */
  readonly id: string;
  readonly mimeType: string;
  /** In bytes, as Telegram says; 0 where it does not. */
  readonly size: number;
};

/** Larger pictures cost more and tell a model no more, in pixels. */
const MOST_PIXELS = 1280;
/** The largest picture that conversation takes. */
export const MOST_PICTURE_BYTES = 3 * 1024 * 1024;
const PICTURES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp']);

/** The recording, picture or file of a message; undefined where it has none that can be understood. */
export function readMedia(message: unknown): Media | undefined {
  const voice = field(message, 'voice') ?? field(message, 'audio');
  if (voice !== undefined) return mediaOf(voice, 'recording', 'audio/ogg');
  const photo = field(message, 'photo');
  if (Array.isArray(photo)) return mediaOf(bestSize(photo), 'picture', 'image/jpeg');
  // A GIF comes as an animation and as a document.
  if (field(message, 'animation') !== undefined) return undefined;
  const file = mediaOf(field(message, 'document'), 'file', '');
  if (file === undefined) return undefined;
  const isPicture = PICTURES.has(file.mimeType) && file.size <= MOST_PICTURE_BYTES;
  return isPicture ? { ...file, as: 'picture' } : file;
}

/** The name of a message's file; empty where it has none. */
export function fileNameOf(message: unknown): string {
  return textOf(field(field(message, 'document'), 'file_name'));
}

/** The largest size that is not larger than needed; the smallest where all are. */
function bestSize(sizes: readonly unknown[]): unknown {
  const edge = (size: unknown): number =>
    Math.max(numberOf(field(size, 'width')) ?? 0, numberOf(field(size, 'height')) ?? 0);
  const sorted = [...sizes].sort((a, b) => edge(a) - edge(b));
  return sorted.findLast((size) => edge(size) <= MOST_PIXELS) ?? sorted[0];
}

function mediaOf(file: unknown, as: Media['as'], mimeType: string): Media | undefined {
  const id = textOf(field(file, 'file_id'));
  if (id === '') return undefined;
  const told = textOf(field(file, 'mime_type')).toLowerCase();
  return { as, id, mimeType: told === '' ? mimeType : told, size: numberOf(field(file, 'file_size')) ?? 0 };
}
