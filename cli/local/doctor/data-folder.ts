import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { dataDir } from '#lib/config/shared.ts';
import { makeFolder } from '#lib/folders.ts';
import { broken, type Check, type Finding, ok, warning, wordsOf } from './check.ts';

const SUBJECT = 'data folder';
const MIB = 1024 * 1024;
/** Below the first a day of questions may fill the disk, below the second a release. */
const LITTLE_BYTES = 1024 * MIB;
const TOO_LITTLE_BYTES = 100 * MIB;

/** Whether the folder can be written, has room, and is closed to others. */
export const dataFolder: Check = {
  subject: SUBJECT,
  look: async (patient) => {
    const folder = patient.read({ dataDir }).dataDir;
    if (!existsSync(folder)) return [wouldBeMade(folder)];
    const problem = writingProblem(folder);
    if (problem !== undefined)
      return [
        broken(
          SUBJECT,
          `${folder} cannot be written (${problem}). Give it to this user, or name another with OTVET_DATA_DIR`,
        ),
      ];
    return [room(folder), ...openToOthers(folder)];
  },
};

function wouldBeMade(folder: string): Finding {
  const missing: string[] = [];
  for (let path = folder; !existsSync(path); path = dirname(path)) missing.push(path);
  try {
    makeFolder(folder);
    return ok(SUBJECT, `${folder} is not there yet; the first start makes it`);
  } catch (error) {
    return broken(
      SUBJECT,
      `${folder} cannot be made (${wordsOf(error)}). Name one that you may write with OTVET_DATA_DIR`,
    );
  } finally {
    for (const path of missing) if (existsSync(path)) rmdirSync(path);
  }
}

function writingProblem(folder: string): string | undefined {
  const probe = join(folder, `.doctor-${process.pid}`);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    writeFileSync(probe, 'x', { mode: 0o600, flag: 'wx', flush: true });
    return undefined;
  } catch (error) {
    return wordsOf(error);
  } finally {
    rmSync(probe, { force: true });
  }
}

function room(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const shown = `${folder} can be written, ${Math.floor(free / MIB).toLocaleString('en-US')} MiB free`;
  if (free < TOO_LITTLE_BYTES) return broken(SUBJECT, `${shown}: make room, writes will fail soon`);
  return free < LITTLE_BYTES ? warning(SUBJECT, `${shown}: make room soon`) : ok(SUBJECT, shown);
}

/** Windows has no such modes. */
function openToOthers(folder: string): Finding[] {
  if (process.platform === 'win32') return [];
  const inside = readdirSync(folder).map((name) => join(folder, name));
  const open = [folder, ...inside].filter(
    (path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0,
  );
  if (open.length === 0) return [];
  const more = open.length > 3 ? ` and ${open.length - 3} more` : '';
  const says = `other users of this machine may open ${open.slice(0, 3).join(', ')}${more}: chmod -R go= ${folder}`;
  return [warning(SUBJECT, says)];
}
