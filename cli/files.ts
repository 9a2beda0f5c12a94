import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { CliError, EXIT } from './exit.ts';

/** A file that shall be imported. */
export interface FileToImport {
  readonly path: string;
  /** Its name at the server: relative to the folder that was given, with `/` between the parts. */
  readonly name: string;
  /** The dataset it goes into; empty: the server names it after the file. */
  readonly dataset: string;
  /** In bytes. */
  readonly size: number;
}

/** The formats that can be imported, by ending. */
export const ENDINGS: ReadonlySet<string> = new Set(['.csv', '.tsv', '.jsonl', '.ndjson', '.md', '.markdown', '.txt']);

/**
 * The files of files and folders. Folders are searched all the way down for endings that can be imported; hidden ones
 * and node_modules are left out. Throws `CliError` for a path that is not there and when nothing is found.
 */
export async function collectFiles(paths: readonly string[]): Promise<FileToImport[]> {
  const files: FileToImport[] = [];
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new CliError(`${path}: no such file or folder`, EXIT.usage);
    if (found.isDirectory()) files.push(...(await filesBelow(path, path, datasetOf(resolve(path)))));
    else files.push({ path, name: basename(path), dataset: '', size: found.size });
  }
  if (files.length === 0) {
    throw new CliError(`nothing to import: no file ends in ${[...ENDINGS].join(', ')}`, EXIT.usage);
  }
  return files;
}

async function filesBelow(root: string, folder: string, dataset: string): Promise<FileToImport[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: FileToImport[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      files.push(...(await filesBelow(root, path, dataset)));
    } else if (entry.isFile() && ENDINGS.has(extname(entry.name).toLowerCase())) {
      const name = relative(root, path).replaceAll('\\', '/');
      files.push({ path, name, dataset, size: (await stat(path)).size });
    }
  }
  return files;
}

/** A dataset named after a folder; empty where its name holds nothing that a dataset's may. */
function datasetOf(folder: string): string {
  return basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 63);
}
