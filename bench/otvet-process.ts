import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../testing/ports.ts';
import { Partner } from '../testing/public-api.ts';
import { MeasuredProcess } from './measured-process.ts';

/** Otvet as `npm start` runs it, on the example material. */
export interface MeasuredOtvet extends AsyncDisposable {
  readonly process: MeasuredProcess;
  readonly partner: Partner;
  /** Seconds from the start of the process to readiness. */
  readonly readySeconds: number;
  /** Seconds from the start of the process to the end of the first answer from the material. */
  readonly firstAnswerSeconds: number;
}

const LIMIT_MS = 30_000;

/** Starts it, and resolves when it has answered a question from the example material. */
export async function startMeasuredOtvet(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<MeasuredOtvet> {
  const [port, admin] = [await freePort(), await freePort()];
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  const process = new MeasuredProcess('services/otvet.mjs', {
    ...env,
    OTVET_DATA_DIR: dataDir,
    OTVET_PORT: String(port),
    OTVET_ADMIN_ADDRESS: `127.0.0.1:${admin}`,
    OTVET_LOG_LEVEL: 'error',
  });
  await within(async () => (await fetch(`http://127.0.0.1:${admin}/readyz`)).ok);
  const readySeconds = seconds();
  const partner = new Partner(`http://127.0.0.1:${port}`, (await readFile(join(dataDir, 'api-key'), 'utf8')).trim());
  await within(async () => (await partner.ask('lastochka', 'How much is a day pass?')).turn.release !== '');
  return {
    process,
    partner,
    readySeconds,
    firstAnswerSeconds: seconds(),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

async function within(attempt: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + LIMIT_MS; performance.now() < end; await pause(10)) {
    if (await attempt().catch(() => false)) return;
  }
  throw new Error('Otvet did not come up in time');
}

export function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
