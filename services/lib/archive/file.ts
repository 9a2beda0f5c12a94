import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { ArchiveError } from '#lib/archive/format.ts';
import { linesOf } from '#lib/archive/lines.ts';

/**
 * Writes the lines to a new file of mode 0600, gzipped where its name ends in `.gz`. It appears under its name when all is written and on
 * disk. Throws `ArchiveError` where there is such a file already or it cannot be written.
 */
export async function writeArchiveFile(file: string, lines: AsyncIterable<string>, signal: AbortSignal): Promise<void> {
  if (await exists(file)) throw new ArchiveError(`${file} is there already; name another file, or remove it`);
  const part = `${file}.part`;
  try {
    await rm(part, { force: true });
    const handle = await open(part, 'wx', 0o600);
    // Small lines travel together: a stream costs more for each chunk than a document does.
    const source = Readable.from(gathered(lines), { objectMode: true, highWaterMark: 4 });
    const sink = handle.createWriteStream({ flush: true });
    if (file.endsWith('.gz')) await pipeline(source, createGzip(), sink, { signal });
    else await pipeline(source, sink, { signal });
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || signal.aborted || !(error as NodeJS.ErrnoException).syscall) throw error;
    throw new ArchiveError(`${file} cannot be written (${code})`, { cause: error });
  }
}

/** The lines of an archive, gzipped or not, whatever its name. Throws `ArchiveError` for a file that cannot be read or is damaged. */
export async function* readArchiveFile(file: string): AsyncGenerator<string> {
  const zipped = await beginsZipped(file);
  const source = createReadStream(file);
  try {
    yield* linesOf(zipped ? source.compose(createGunzip()) : source);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (error instanceof ArchiveError) throw error;
    if (code === 'Z_BUF_ERROR') throw new ArchiveError('it is cut short: the file is not complete', { cause: error });
    if (code.startsWith('Z_')) throw new ArchiveError('it is damaged: it cannot be unzipped', { cause: error });
    throw error;
  } finally {
    source.destroy();
  }
}

const GATHERED_CHARACTERS = 64 * 1024;

async function* gathered(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let held: string[] = [];
  let length = 0;
  for await (const line of lines) {
    held.push(line);
    length += line.length;
    if (length < GATHERED_CHARACTERS) continue;
    yield held.join('');
    held = [];
    length = 0;
  }
  if (length > 0) yield held.join('');
}

async function beginsZipped(file: string): Promise<boolean> {
  try {
    await using handle = await open(file, 'r');
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b;
  } catch (error) {
    throw new ArchiveError(`it cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new ArchiveError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}
