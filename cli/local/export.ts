import { resolve } from 'node:path';
import { writeArchiveFile } from '#lib/archive/file.ts';
import { ArchiveError, type Sums } from '#lib/archive/format.ts';
import { openParts } from '#lib/archive/open.ts';
import { archiveLines } from '#lib/archive/writing.ts';
import { SERVICES } from '../../services/names.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { ArchiveProgress, sumsTable } from './archive-view.ts';
import { type Local, sayThatAllMustRest, storesAtRest } from './surroundings.ts';

export interface ArchiveFlags {
  readonly json?: boolean;
}

/** `otvet export FILE`: everything in the stores of a stopped Otvet into one file. */
export async function exportCommand(local: Local, path: string, flags: ArchiveFlags): Promise<ExitCode> {
  const { terminal, interrupted } = local;
  const file = resolve(path);
  const progress = new ArchiveProgress(terminal);
  const config = await storesAtRest(local);
  sayThatAllMustRest(local, config);
  await using stores = await openParts(SERVICES, config, false);
  if (stores.parts.length === 0) throw new ArchiveError(`nothing to export: ${stores.place} holds no store of Otvet`);
  let sums: Sums = { collections: [], blobs: [] };
  const lines = archiveLines(stores.parts, Date.now(), progress.show, (all) => {
    sums = all;
  });
  try {
    await writeArchiveFile(file, lines, interrupted);
  } finally {
    progress.clear();
  }
  if (flags.json) terminal.out.write(`${JSON.stringify({ file, ...sums })}\n`);
  else {
    terminal.out.write(sumsTable(terminal, sums));
    terminal.err.write(`${file} holds everything, what people wrote and hashes of API keys too: keep it safe.\n`);
  }
  return EXIT.ok;
}
