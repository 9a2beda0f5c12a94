import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CHUNK_BYTES, checkName, hashOf, verified } from '#lib/blobs/contents.ts';
import { BlobMissing, type OpenedBlobs } from '#lib/blobs/port.ts';
import { systemIds } from '#lib/ids.ts';

/** What a write leaves behind that was cut short; its name ends so, and is never a blob's. */
const UNFINISHED = '.part';

/** Blobs as files of one folder (0700, files 0600), named by their SHA-256. Makes the folder; drops unfinished files. */
export async function openFileBlobs(folder: string): Promise<OpenedBlobs> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rm(join(folder, UNFINISHED), { recursive: true, force: true });
  await mkdir(join(folder, UNFINISHED), { mode: 0o700 });
  return new FileBlobs(folder);
}

class FileBlobs implements OpenedBlobs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = await hashOf(bytes);
    if ((await this.size(sha256)) !== bytes.length) await this.#write(sha256, bytes);
    await syncFolder(this.#folder);
    return sha256;
  }

  read(sha256: string): AsyncIterable<Uint8Array> {
    return verified(this.#chunks(sha256), sha256);
  }

  async size(sha256: string): Promise<number | undefined> {
    try {
      return (await stat(this.#path(sha256))).size;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.#path(sha256), { force: true });
  }

  /** Nothing is held open between calls. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
  }

  async *#chunks(sha256: string): AsyncGenerator<Uint8Array> {
    await using file = await this.#open(sha256);
    for (;;) {
      const buffer = new Uint8Array(CHUNK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** Under another name first: under its own a blob is whole at every moment. */
  async #write(sha256: string, bytes: Uint8Array): Promise<void> {
    const unfinished = join(this.#folder, UNFINISHED, systemIds.random());
    try {
      await writeThrough(unfinished, bytes);
      await rename(unfinished, this.#path(sha256));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }

  async #open(sha256: string): Promise<FileHandle> {
    try {
      return await open(this.#path(sha256), 'r');
    } catch (error) {
      throw isAbsence(error) ? new BlobMissing(sha256, { cause: error }) : error;
    }
  }

  #path(sha256: string): string {
    checkName(sha256);
    return join(this.#folder, sha256);
  }
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(bytes);
  await file.sync();
}

/** Makes a rename durable. Windows knows no such thing and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

function isAbsence(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
