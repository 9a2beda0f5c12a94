import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobCorrupt, BlobMissing, type BlobStore } from '#lib/blobs/port.ts';
import { systemIds } from '#lib/ids.ts';

const CHUNK_BYTES = 256 * 1024;
const NAME = /^[0-9a-f]{64}$/;
/** What a write leaves behind that was cut short; its name ends so, and is never a blob's. */
const UNFINISHED = '.part';

/** Blobs as files of one folder (0700, files 0600), named by their SHA-256. Makes the folder; drops unfinished files. */
export async function openFileBlobs(folder: string): Promise<BlobStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rm(join(folder, UNFINISHED), { recursive: true, force: true });
  await mkdir(join(folder, UNFINISHED), { mode: 0o700 });
  return new FileBlobs(folder);
}

class FileBlobs implements BlobStore {
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

  async *read(sha256: string): AsyncIterable<Uint8Array> {
    await using file = await this.#open(sha256);
    const hash = createHash('sha256');
    // One chunk is held back until the hash of all is known: a reader that sees the end has seen what was put.
    let held: Uint8Array | undefined;
    for (;;) {
      const buffer = new Uint8Array(CHUNK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      if (held !== undefined) yield held;
      held = chunk;
    }
    if (hash.digest('hex') !== sha256) throw new BlobCorrupt(sha256);
    if (held !== undefined) yield held;
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
    if (!NAME.test(sha256)) throw new TypeError('a blob is named by its SHA-256 in lower-case hexadecimal');
    return join(this.#folder, sha256);
  }
}

/** Hashes in pieces with the event loop's turns between them: a release may have a hundred megabytes. */
async function hashOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    hash.update(bytes.subarray(at, at + CHUNK_BYTES));
  }
  return hash.digest('hex');
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
