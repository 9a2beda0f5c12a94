// Files that people send: what a bot is told of them, getFile, and the download.
import { ApiFailure, badRequest } from './failure.ts';
import type { Handler } from './room.ts';

/** What a person sends beside words. */
export type Sent =
  | { readonly voice: Uint8Array; readonly seconds?: number }
  | { readonly audio: Uint8Array; readonly mimeType?: string }
  /** The same picture in several sizes, by their longer edge in pixels. */
  | { readonly photo: readonly { readonly edge: number; readonly data: Uint8Array }[] }
  | { readonly document: Uint8Array; readonly name: string; readonly mimeType?: string }
  /** Anything else, as the message has it: `{ sticker: {...} }`. */
  | { readonly other: Readonly<Record<string, unknown>> };

interface StoredFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/** Telegram gives bots no larger files. */
const MOST_BYTES = 20 * 1024 * 1024;

/** The files of one bot, by file_id. */
export class Files {
  readonly #files = new Map<string, StoredFile>();

  /** The fields of a message with what was sent; the files can be had from then on. */
  fieldsOf(sent: Sent): Readonly<Record<string, unknown>> {
    if ('other' in sent) return sent.other;
    if ('voice' in sent) {
      const file = this.#add('voice', 'oga', sent.voice);
      return { voice: { ...file, duration: sent.seconds ?? 3, mime_type: 'audio/ogg' } };
    }
    if ('audio' in sent) {
      return {
        audio: { ...this.#add('music', 'mp3', sent.audio), duration: 3, mime_type: sent.mimeType ?? 'audio/mpeg' },
      };
    }
    if ('photo' in sent) {
      const sizes = sent.photo.map(({ edge, data }) => ({
        ...this.#add('photos', 'jpg', data),
        width: edge,
        height: 10,
      }));
      return { photo: sizes };
    }
    const file = this.#add('documents', 'bin', sent.document);
    return { document: { ...file, file_name: sent.name, ...(sent.mimeType ? { mime_type: sent.mimeType } : {}) } };
  }

  find(fileId: string): StoredFile | undefined {
    return this.#files.get(fileId);
  }

  /** The bytes at a path of getFile. */
  at(path: string): Uint8Array | undefined {
    return this.#files.values().find((file) => file.path === path)?.data;
  }

  #add(folder: string, ending: string, data: Uint8Array): object {
    const number = this.#files.size + 1;
    const id = `AgACAgIAAx-${folder}-${number}`;
    this.#files.set(id, { path: `${folder}/file_${number}.${ending}`, data });
    return { file_id: id, file_unique_id: `u${number}`, file_size: data.length };
  }
}

export const fileMethods: Readonly<Record<string, Handler>> = {
  getFile({ file_id }, { files }) {
    const file = files.find(String(file_id));
    if (file === undefined) throw badRequest('invalid file_id');
    if (file.data.length > MOST_BYTES) throw badRequest('file is too big');
    return { file_id, file_unique_id: 'u', file_size: file.data.length, file_path: file.path };
  },
};

/** The refusal of a download. */
export const noSuchFile = (): ApiFailure => new ApiFailure(404, 'Not Found');
