import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataDir, mongodbUrl } from '#lib/config/shared.ts';
import { SERVICES } from '../../../services/names.ts';
import { broken, CHECK_LIMIT_MS, type Check, type Finding, ok, type Patient, warning } from './check.ts';
import type { Opened } from './quick-check.ts';

/** Less than a check may take, so that what was found is told. */
const LIMIT_MS = CHECK_LIMIT_MS - 500;

/** Whether the files of the embedded stores open and are whole. Looks at nothing where MongoDB keeps the data. */
export const embeddedStores: Check = {
  subject: 'stores',
  look: async (patient) => {
    const config = patient.read({ dataDir, mongodbUrl });
    if (config.mongodbUrl !== undefined) return [];
    const there = SERVICES.filter((service) => existsSync(join(config.dataDir, `${service}.sqlite`)));
    if (there.length === 0) return [ok('stores', `${config.dataDir} holds none yet; the first start makes them`)];
    return Promise.all(
      there.map((service) => storeFinding(service, join(config.dataDir, `${service}.sqlite`), patient)),
    );
  },
};

async function storeFinding(service: string, file: string, patient: Patient): Promise<Finding> {
  const subject = `store ${service}`;
  const opened = await quickCheck(file);
  switch (opened.state) {
    case 'whole':
      return ok(subject, `${file} opens and is whole`);
    case 'held':
      return patient.running.size > 0
        ? ok(subject, `${file} is held by Otvet, which runs`)
        : warning(
            subject,
            `${file} is held by a process that answers at no admin port. If no Otvet should run, find and stop it`,
          );
    case 'late':
      return warning(
        subject,
        `${file} opens; it is so large that looking for damage takes more than ${LIMIT_MS / 1000} s`,
      );
    case 'damaged':
      return broken(
        subject,
        `${file} is damaged (${opened.says}). Stop Otvet, keep a copy of it, and bring back a backup`,
      );
    case 'refused':
      return broken(subject, opened.says);
  }
}

/** In a process of its own: it can be ended in mid-work, and the files' locks go with it. */
function quickCheck(file: string): Promise<Opened> {
  const program = resolve(import.meta.dirname, 'quick-check.mjs');
  return new Promise((done) => {
    const options = { timeout: LIMIT_MS, killSignal: 'SIGKILL' } as const;
    execFile(process.execPath, ['--no-warnings', program, file], options, (error, stdout) => {
      if (error?.killed) done({ state: 'late' });
      else if (error) done({ state: 'refused', says: `${file} could not be looked at (exit code ${error.code})` });
      else done(JSON.parse(stdout) as Opened);
    });
  });
}
