import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../ports.ts';
import { type Deployment, type DeploymentOptions, webhookAt } from './deployment.ts';
import type { SenderDeath } from './evidence.ts';
import { leftInFiles } from './leftovers.ts';
import type { Fault } from './plan.ts';
import { ServiceProcess } from './service-process.ts';

/** Starts the one process of `npm start` on a data folder. */
export async function startEmbedded({ folder, surroundings, webhook }: DeploymentOptions): Promise<Deployment> {
  const port = await freePort();
  const hook = `127.0.0.1:${await freePort()}`;
  const env = {
    ...surroundings,
    ...(webhook ? webhookAt(hook, hook) : {}),
    OTVET_DATA_DIR: folder,
    OTVET_PORT: String(port),
  };
  const otvet = new ServiceProcess('otvet', 'otvet.mjs', env, `127.0.0.1:${await freePort()}`);
  const deaths: SenderDeath[] = [];
  otvet.start();
  try {
    await otvet.ready();
  } catch (error) {
    await otvet.end('SIGKILL');
    throw error;
  }
  return {
    edges: [`http://127.0.0.1:${port}`],
    apiKey: (await readFile(join(folder, 'api-key'), 'utf8')).trim(),
    processes: [otvet],
    deaths,
    async suffer(fault: Fault) {
      if (fault.kind !== 'kill' || !otvet.isRunning) return;
      await otvet.end('SIGKILL');
      const at = Date.now();
      deaths.push({ at, uncertain: uncertainSends(folder) });
      await sleep(fault.downMs);
      otvet.start();
      await otvet.ready();
    },
    leftovers: async () => leftInFiles(folder),
    [Symbol.asyncDispose]: () => otvet.end('SIGTERM'),
  };
}

/** Sends that were begun and not recorded as done when the process died. */
function uncertainSends(folder: string): number {
  const database = new DatabaseSync(join(folder, 'telegram-adapter.sqlite'), { readOnly: true });
  try {
    const sending = "SELECT count(*) AS count FROM inbox WHERE deleted = 0 AND body ->> '$.sending' IS NOT NULL";
    return Number(database.prepare(sending).get()?.count);
  } finally {
    database.close();
  }
}
