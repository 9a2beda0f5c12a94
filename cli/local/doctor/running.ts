import { adminAddress } from '#lib/config/shared.ts';
import { ConfigError, readConfig } from '#lib/config/variables.ts';
import { SERVICES } from '../../../services/names.ts';
import type { Env } from '../../connection.ts';
import { broken, type Check, ok } from './check.ts';

/** A process on this machine answers in much less. */
const LIMIT_MS = 1_500;

/** Asks the admin port, and those that follow it where five processes run, which services are ready. */
export async function findRunning(env: Env): Promise<ReadonlyMap<string, boolean>> {
  const found = new Map<string, boolean>();
  const answers = await Promise.all(adminAddresses(env).map(readiness));
  for (const services of answers) {
    for (const [name, ready] of Object.entries(services)) {
      if ((SERVICES as readonly string[]).includes(name)) found.set(name, ready === true);
    }
  }
  return found;
}

/** What a running Otvet says of itself. */
export const running: Check = {
  subject: 'Otvet',
  look: async ({ running }) => {
    if (running.size === 0) return [ok('Otvet', 'does not run on this machine, or has another OTVET_ADMIN_ADDRESS')];
    const unready = [...running].filter(([, ready]) => !ready).map(([name]) => name);
    if (unready.length === 0) return [ok('Otvet', `runs and is ready: ${[...running.keys()].join(', ')}`)];
    return [broken('Otvet', `runs, and is not ready: ${unready.join(', ')}. Its log says why`)];
  },
};

/** The addresses where a running Otvet would answer; none where the variable is wrong. */
function adminAddresses(env: Env): readonly string[] {
  try {
    const { adminAddress: first } = readConfig({ adminAddress }, env);
    const colon = first.lastIndexOf(':');
    const host = first
      .slice(0, colon)
      .replace(/^0\.0\.0\.0$/, '127.0.0.1')
      .replace(/^\[::\]$/, '[::1]');
    return SERVICES.map((_, i) => `${host}:${Number(first.slice(colon + 1)) + i}`);
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

async function readiness(address: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const response = await fetch(`http://${address}/readyz`, { signal: AbortSignal.timeout(LIMIT_MS) });
    const { services } = (await response.json()) as { services?: Record<string, unknown> };
    return services ?? {};
  } catch {
    return {};
  }
}
