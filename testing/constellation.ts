import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startInOneProcess } from '../services/one-process.ts';
import { testHost } from './host.ts';
import { freePort } from './ports.ts';

/**
 * How the five services run: in the test's own process (quickest), as one process of their own (as `npm start` does), or as five
 * processes (as `npm run start:services` does). What is asked of them is the same.
 */
export type Form = 'inside' | 'one process' | 'five processes';

type Environment = Readonly<Record<string, string>>;

/** The five services, running on a data folder. */
export interface Constellation {
  /** The public edge. */
  readonly url: string;
  /** The first API key, with all scopes. */
  readonly apiKey: string;
  /** Stops as a Ctrl-C does. */
  stop(): Promise<void>;
  /** Ends as a power cut does. Not for `inside`. */
  kill(): Promise<void>;
  /** Everything printed so far, standard error too. Empty for `inside`. */
  output(): string;
  /** What the admin ports show of themselves. Empty for `inside`. */
  metrics(): Promise<string>;
}

const SERVICES = ['llm', 'training', 'conversation', 'telegram-adapter', 'gateway'] as const;
const READY_LIMIT_MS = 30_000;

export async function startConstellation(form: Form, dataDir: string, env: Environment = {}): Promise<Constellation> {
  if (form === 'inside') return startInside(dataDir, env);
  const edge = await freePort();
  const url = `http://127.0.0.1:${edge}`;
  const own = { ...process.env, ...env, OTVET_DATA_DIR: dataDir, OTVET_PORT: String(edge), NO_COLOR: '1' };
  const programs = form === 'one process' ? ['otvet.mjs'] : SERVICES.map((service) => `${service}/main.mjs`);
  const addresses = form === 'one process' ? {} : await freeAddresses();
  const children: Running[] = [];
  for (const program of programs) {
    children.push(new Running(program, { ...own, ...addresses, OTVET_ADMIN_ADDRESS: `127.0.0.1:${await freePort()}` }));
  }
  const output = () => children.map((child) => child.output).join('');
  try {
    await Promise.all(children.map((child) => child.ready()));
  } catch (error) {
    await Promise.all(children.map((child) => child.end('SIGKILL')));
    throw new Error(`${String(error)}\n${output()}`);
  }
  return {
    url,
    apiKey: await readKey(dataDir),
    output,
    metrics: async () => (await Promise.all(children.map((child) => child.metrics()))).join(''),
    async stop() {
      await Promise.all(children.map((child) => child.end('SIGTERM')));
    },
    async kill() {
      await Promise.all(children.map((child) => child.end('SIGKILL')));
    },
  };
}

async function startInside(dataDir: string, env: Environment): Promise<Constellation> {
  const otvet = await startInOneProcess({ ...env, OTVET_DATA_DIR: dataDir, OTVET_PORT: '0' }, await testHost());
  return {
    url: otvet.gateway.url,
    apiKey: await readKey(dataDir),
    output: () => '',
    metrics: async () => '',
    stop: () => otvet.stop(1000),
    kill() {
      throw new Error('what runs inside the test cannot be killed');
    },
  };
}

async function readKey(dataDir: string): Promise<string> {
  return (await readFile(join(dataDir, 'api-key'), 'utf8')).trim();
}

async function freeAddresses(): Promise<Environment> {
  const names = ['LLM', 'TRAINING', 'CONVERSATION', 'TELEGRAM', 'GATEWAY'];
  const ports = await Promise.all(names.map(() => freePort()));
  return Object.fromEntries(names.map((name, i) => [`OTVET_${name}_ADDRESS`, `127.0.0.1:${ports[i]}`]));
}

/** One process of Otvet, as a test runs it. */
class Running {
  output = '';
  readonly #child: ChildProcess;
  readonly #admin: string;

  constructor(program: string, env: NodeJS.ProcessEnv) {
    this.#admin = env.OTVET_ADMIN_ADDRESS ?? '';
    const file = resolve(import.meta.dirname, '..', 'services', program);
    this.#child = spawn(process.execPath, ['--no-warnings', file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  async ready(): Promise<void> {
    for (const end = Date.now() + READY_LIMIT_MS; Date.now() < end; await pause(25)) {
      if (this.#child.exitCode !== null) throw new Error(`it ended with exit code ${this.#child.exitCode}`);
      const response = await fetch(`http://${this.#admin}/readyz`).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.ok) return;
    }
    throw new Error('it was not ready in time');
  }

  async metrics(): Promise<string> {
    return (await fetch(`http://${this.#admin}/metrics`)).text();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const { promise, resolve: ended } = Promise.withResolvers<void>();
    this.#child.once('exit', () => ended());
    this.#child.kill(signal);
    await promise;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
