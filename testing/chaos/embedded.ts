import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#lib/clock.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { Inbox } from '../../services/telegram-adapter/updates/inbox.ts';
import { freePort } from '../ports.ts';
import type { Deployment, Surroundings } from './deployment.ts';
import type { SenderDeath } from './evidence.ts';
import type { Fault } from './plan.ts';
import { ServiceProcess } from './service-process.ts';

/** Starts the one process of `npm start` on a data folder. `bot` is Telegram's number of the bot. */
export async function startEmbedded(dataDir: string, bot: string, surroundings: Surroundings): Promise<Deployment> {
  const port = await freePort();
  const env = { ...surroundings, OTVET_DATA_DIR: dataDir, OTVET_PORT: String(port) };
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
    apiKey: (await readFile(join(dataDir, 'api-key'), 'utf8')).trim(),
    processes: [otvet],
    deaths,
    async suffer(fault: Fault) {
      if (fault.kind !== 'kill' || !otvet.isRunning) return;
      await otvet.end('SIGKILL');
      const at = Date.now();
      deaths.push({ at, uncertain: await uncertainSends(dataDir, bot) });
      await sleep(fault.downMs);
      otvet.start();
      await otvet.ready();
    },
    [Symbol.asyncDispose]: () => otvet.end('SIGTERM'),
  };
}

/** Sends that were begun and not recorded as done when the process died. */
async function uncertainSends(dataDir: string, bot: string): Promise<number> {
  const file = join(dataDir, 'telegram-adapter.sqlite');
  await using store = await openSqliteStore({ file, clock: systemClock, log: { warn: () => undefined } });
  let count = 0;
  for await (const update of new Inbox(store).unfinished(bot)) if (update.sending !== undefined) count += 1;
  return count;
}
