import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const READY_LIMIT_MS = 60_000;
/** How much of what a process prints is kept, in characters. */
const KEPT = 200_000;

/** One process of Otvet that is killed and started again, on the same addresses. */
export class ServiceProcess {
  readonly name: string;
  readonly #program: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #admin: string;
  #child: ChildProcess | undefined;
  #output = '';
  #ending = false;
  /** When the running process was started, milliseconds since the epoch. */
  startedAt = 0;

  /** `program` is a path beneath services/; `admin` the address of its admin port. */
  constructor(name: string, program: string, env: Readonly<Record<string, string>>, admin: string) {
    this.name = name;
    this.#program = resolve(import.meta.dirname, '..', '..', 'services', program);
    this.#env = { ...env, OTVET_ADMIN_ADDRESS: admin };
    this.#admin = admin;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what was printed so far, by all processes of this name. */
  get output(): string {
    return this.#output;
  }

  start(): void {
    this.startedAt = Date.now();
    this.#ending = false;
    const env = { ...process.env, ...this.#env, NO_COLOR: '1' };
    const child = spawn(process.execPath, ['--no-warnings', this.#program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT);
      });
    }
  }

  /** Resolves when it says that it is ready, or when it is ended on purpose. Rejects when it ends by itself, or takes too long. */
  async ready(limitMs = READY_LIMIT_MS): Promise<void> {
    for (const end = Date.now() + limitMs; Date.now() < end; await pause(40)) {
      if (this.#ending) return;
      if (!this.isRunning) throw new Error(`${this.name} ended by itself:\n${this.output.slice(-2_000)}`);
      if (await this.isReady()) return;
    }
    throw new Error(`${this.name} was not ready in ${limitMs / 1000} s:\n${this.output.slice(-2_000)}`);
  }

  /** Whether it says now that it takes work. */
  async isReady(): Promise<boolean> {
    const response = await fetch(`http://${this.#admin}/readyz`).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok === true;
  }

  /** What its admin port says of it. */
  async metrics(): Promise<string> {
    return (await fetch(`http://${this.#admin}/metrics`)).text();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return;
    this.#ending = true;
    const { promise, resolve: ended } = Promise.withResolvers<void>();
    child.once('exit', () => ended());
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await promise;
    clearTimeout(force);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
