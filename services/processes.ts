import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { checkConfig, readConfig, type Variables } from '#lib/config/variables.ts';
import { StartError } from '#lib/service/host.ts';
import { refuseIdentities } from '#lib/service/identities.ts';
import { processVariables, reportStartErrors } from '#lib/service/process.ts';
import { SERVICES } from './names.ts';
import { allVariables } from './variables.ts';

/** A process that ends by itself is started again after this time, doubled each time it ends again within a minute. */
const RESTART_MS = 500;
const RESTART_MAX_MS = 30_000;

/** How long all may take to become ready at first. */
const READY_LIMIT_MS = 30_000;

/**
 * Starts each service as a process, keeps it running, and stops all on a signal. Each has the environment of this process, and an admin
 * port of its own, counted up from OTVET_ADMIN_ADDRESS.
 */
export async function runProcesses(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  await reportStartErrors(async () => {
    checkConfig(Object.values<Variables>(allVariables), env);
    const config = readConfig(processVariables, env);
    refuseIdentities(config);
    const children = SERVICES.map(
      (name, i) =>
        new Child(
          name,
          { ...env, OTVET_LISTEN_ADDRESS: undefined, OTVET_ADMIN_ADDRESS: addressAfter(config.adminAddress, i) },
          config.drainDelay + config.stopGrace * 2,
        ),
    );
    const stop = async (): Promise<void> => {
      await Promise.all(children.map((child) => child.stop()));
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
    try {
      await Promise.all(children.map((child) => child.ready(READY_LIMIT_MS)));
    } catch (error) {
      await stop();
      throw error;
    }
    process.stdout.write(
      `\n  Otvet is ready: five processes, chat and API at http://127.0.0.1:${env.OTVET_PORT || 8080}\n${children.map((child) => `  ${child.name.padEnd(18)}http://${child.admin}/readyz\n`).join('')}\n`,
    );
  });
}

/** One service's process, started again when it ends by itself. */
class Child {
  readonly name: string;
  readonly admin: string;
  readonly #env: NodeJS.ProcessEnv;
  /** How long it may take to stop, in milliseconds. */
  readonly #limitMs: number;
  #process: ChildProcess;
  #stopping = false;
  #everReady = false;
  #wait = RESTART_MS;
  #restart: NodeJS.Timeout | undefined;

  constructor(name: string, env: NodeJS.ProcessEnv, limitMs: number) {
    this.#limitMs = limitMs;
    this.name = name;
    this.admin = env.OTVET_ADMIN_ADDRESS ?? '';
    this.#env = env;
    this.#process = this.#start();
  }

  /** Resolves when the process says that it is ready. Throws `StartError` when it ends before, or takes longer than `limitMs`. */
  async ready(limitMs: number): Promise<void> {
    for (const end = performance.now() + limitMs; performance.now() < end; await pause(50)) {
      if (this.#process.exitCode !== null) throw new StartError(`${this.name} ended; what it printed above says why.`);
      const response = await fetch(`http://${this.admin}/readyz`).catch(() => undefined);
      if (response?.ok) {
        this.#everReady = true;
        return;
      }
    }
    throw new StartError(`${this.name} was not ready after ${limitMs / 1000} s; see its log above.`);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve: ended } = Promise.withResolvers<void>();
    child.once('exit', () => ended());
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), this.#limitMs);
    await promise;
    clearTimeout(force);
  }

  #start(): ChildProcess {
    const begun = performance.now();
    const child = spawn(process.execPath, [resolve(import.meta.dirname, this.name, 'main.mjs')], {
      stdio: 'inherit',
      env: this.#env,
    });
    child.on('exit', (code, signal) => {
      if (this.#stopping || !this.#everReady) return;
      if (performance.now() - begun > 60_000) this.#wait = RESTART_MS;
      process.stderr.write(`Otvet: ${this.name} ended (${signal ?? code}); started again in ${this.#wait} ms\n`);
      this.#restart = setTimeout(() => {
        this.#process = this.#start();
      }, this.#wait);
      this.#wait = Math.min(this.#wait * 2, RESTART_MAX_MS);
    });
    return child;
  }
}

/** The address with its port counted up by `n`; a port of 0 stays. */
function addressAfter(address: string, n: number): string {
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  return `${address.slice(0, colon)}:${port === 0 ? 0 : port + n}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
