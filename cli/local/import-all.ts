import { resolve } from 'node:path';
import { readArchiveFile } from '#lib/archive/file.ts';
import { ArchiveError, type Part } from '#lib/archive/format.ts';
import { openParts } from '#lib/archive/open.ts';
import { type Restored, restoreArchive } from '#lib/archive/restoring.ts';
import { SERVICES } from '../../services/names.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { ArchiveProgress, sumsTable } from './archive-view.ts';
import type { ArchiveFlags } from './export.ts';
import { type Local, sayThatAllMustRest, storesAtRest } from './surroundings.ts';

/** `otvet import --all FILE`: what `otvet export` wrote, into the empty stores of a stopped Otvet. `everyMs`: how often the bar is drawn. */
export async function importAllCommand(
  local: Local,
  path: string,
  flags: ArchiveFlags,
  everyMs?: number,
): Promise<ExitCode> {
  const { terminal, interrupted } = local;
  const file = resolve(path);
  const config = await storesAtRest(local);
  sayThatAllMustRest(local, config);
  const progress = new ArchiveProgress(terminal, everyMs);
  await using held = new AsyncDisposableStack();
  let place = '';
  let begun = false;
  const open = async (services: readonly string[]): Promise<readonly Part[]> => {
    const unknown = services.find((service) => !(SERVICES as readonly string[]).includes(service));
    if (unknown !== undefined) throw new ArchiveError(`it has a service that this version does not know: ${unknown}`);
    const stores = held.use(
      await openParts(
        SERVICES.filter((name) => services.includes(name)),
        config,
        true,
      ),
    );
    place = stores.place;
    return stores.parts;
  };
  let restored: Restored;
  try {
    restored = await restoreArchive({
      lines: () => readArchiveFile(file),
      open,
      now: Date.now,
      onProgress: (now) => {
        begun ||= now.doing === 'Importing';
        progress.show(now);
      },
      signal: interrupted,
    });
  } catch (error) {
    progress.clear();
    if (begun) terminal.err.write('The import was begun and is not finished: run it again before Otvet is started.\n');
    if (error instanceof ArchiveError) throw new ArchiveError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
  progress.clear();
  const { stores: sums, expired } = restored;
  if (flags.json) terminal.out.write(`${JSON.stringify({ place, ...sums, expired })}\n`);
  else {
    terminal.out.write(sumsTable(terminal, sums));
    const gone = expired === 0 ? '' : `; ${expired} documents that have expired meanwhile are gone`;
    terminal.err.write(`Read back from ${place} and compared with the file: the same${gone}.\n`);
  }
  return EXIT.ok;
}
