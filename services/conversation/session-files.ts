import { createHash } from 'node:crypto';
import { BlobMissing } from '#lib/blobs/port.ts';
import type { Clock } from '#lib/clock.ts';
import type { Ids } from '#lib/ids.ts';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { openRelease, type ReleaseIndex } from '#lib/retrieval/search.ts';
import type { Thread } from '#lib/threads/thread.ts';
import { fileRefused } from './failures.ts';
import type { KeptBlob, KeptBlobs } from './kept-blobs.ts';
import { sessionName } from './names.ts';
import type { FileRead, FileToRead } from './session-file-reading.ts';
import type { SessionRecord, Sessions } from './sessions.ts';

/** A file that a session can be asked about, as the session's record names it. */
export type SessionFile = KeptBlob & {
  /** Of the file's content. */
  readonly sha256: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
};

/** A file that is ready to be searched. */
export interface OpenFile {
  readonly index: ReleaseIndex;
  /** How it begins. */
  readonly opening: readonly Passage[];
}

export interface SessionFilesParts {
  readonly kept: KeptBlobs;
  readonly sessions: Pick<Sessions, 'addFile'>;
  readonly thread: Pick<Thread, 'ask'>;
  readonly clock: Clock;
  readonly ids: Ids;
}

const KEPT_MS = 24 * 3_600_000;
/** Indexes of files that stay in memory, in bytes. */
const MEMORY = 64 * 1024 * 1024;

/** Files of people's own, searched for their session alone. */
export class SessionFiles {
  readonly #parts: SessionFilesParts;
  /** By blob, the least recently used first. */
  readonly #open = new Map<string, OpenFile>();
  #bytes = 0;

  constructor(parts: SessionFilesParts) {
    this.#parts = parts;
  }

  /** Reads a file into a session that is there. Rejects with FILE_... where it cannot be read. `until`: milliseconds since the epoch. */
  async attach(
    session: string,
    fileName: string,
    content: Uint8Array<ArrayBuffer>,
    language: string,
  ): Promise<{ readonly passageCount: number; readonly until: number }> {
    const { kept, sessions, thread, clock, ids } = this.#parts;
    const [assistant = '', id = ''] = session.split('/');
    const sha256 = createHash('sha256').update(content).digest('hex');
    const source = `${sessionName({ assistant, session: id })}/files/${sha256.slice(0, 24)}`;
    const read = await thread.ask<FileRead>('read', { fileName, content, source, language } satisfies FileToRead);
    if ('fault' in read) throw fileRefused(read.fault);
    const until = clock.now() + KEPT_MS;
    // A name of its own each time: what replaces a file must outlive it.
    const blob = await kept.keep(`${session} ${ids.random()}`, packed(read), until);
    await sessions.addFile(session, { ...blob, sha256, until });
    return { passageCount: read.passageCount, until };
  }

  /** The files of a session, the newest first, but for those whose time is over. */
  async of({ files = [] }: Pick<SessionRecord, 'files'>): Promise<OpenFile[]> {
    const now = this.#parts.clock.now();
    const opened: OpenFile[] = [];
    for (const file of files) {
      const one = file.until > now ? await this.#get(file) : undefined;
      if (one !== undefined) opened.unshift(one);
    }
    return opened;
  }

  /** Removes the files that a session had before it began anew. */
  async remove({ files = [] }: Pick<SessionRecord, 'files'>): Promise<void> {
    for (const { blob } of files) {
      this.#forget(blob);
      await this.#parts.kept.remove(blob);
    }
  }

  async #get(file: SessionFile): Promise<OpenFile | undefined> {
    const known = this.#open.get(file.blob);
    this.#forget(file.blob);
    const opened = known ?? (await this.#read(file));
    if (opened === undefined) return undefined;
    this.#open.set(file.blob, opened);
    this.#bytes += opened.index.bytes;
    for (const oldest of this.#open.keys()) {
      if (this.#bytes <= MEMORY || oldest === file.blob) break;
      this.#forget(oldest);
    }
    return opened;
  }

  async #read(file: SessionFile): Promise<OpenFile | undefined> {
    try {
      return unpacked(await this.#parts.kept.read(file));
    } catch (error) {
      if (error instanceof BlobMissing) return undefined;
      throw error;
    }
  }

  #forget(blob: string): void {
    this.#bytes -= this.#open.get(blob)?.index.bytes ?? 0;
    this.#open.delete(blob);
  }
}

/** The length of the opening's JSON in 4 bytes, that JSON, the index. */
function packed({ artifact, opening }: Extract<FileRead, { artifact: Uint8Array }>): Uint8Array {
  const head = Buffer.from(JSON.stringify(opening));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, artifact]);
}

function unpacked(bytes: Uint8Array<ArrayBuffer>): OpenFile {
  const end = 4 + new DataView(bytes.buffer).getUint32(0, true);
  const opening = JSON.parse(Buffer.from(bytes.subarray(4, end)).toString('utf8')) as Passage[];
  // A copy of its own: the index views its numbers in place, which takes their alignment.
  return { opening, index: openRelease(bytes.slice(end), { checksum: 'skip' }) };
}
