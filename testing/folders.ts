import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed with all in it at the end of its scope. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** Path of a file or folder inside. */
  file(...names: readonly string[]): string;
}

/** Makes an empty folder: `await using folder = await temporaryFolder();` */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'otvet-test-'));
  return {
    path,
    file: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
