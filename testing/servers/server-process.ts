import { type ChildProcess, spawn } from 'node:child_process';
import { isListening } from '../ports.ts';

/** A server that a test has to itself: on a free port of loopback, in a temporary folder. */
export interface RealServer extends AsyncDisposable {
  /** Where clients find it; the same after a restart. */
  readonly url: string;
  readonly port: number;
  /** Process id of the running server. */
  readonly pid: number;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again on its folder and its port, and resolves when it takes connections. */
  restart(): Promise<void>;
}

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 5_000;

/** The process behind a real server: started, killed, started again on the same port. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #program: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #said = '';

  constructor(program: string, args: readonly string[], port: number) {
    this.#program = program;
    this.#args = args;
    this.port = port;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    const child = spawn(this.#program, this.#args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#said = '';
    let failed: Error | undefined;
    child.once('error', (error) => {
      failed = error;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#said = (this.#said + text).slice(-4_000);
      });
    }
    for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await pause(20)) {
      if (failed) throw failed;
      if (child.exitCode !== null) throw new Error(`${this.#program} ended with ${child.exitCode}: ${this.#said}`);
      if (await isListening(this.port)) return;
    }
    await this.end('SIGKILL');
    throw new Error(`${this.#program} takes no connections: ${this.#said}`);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await promise;
    clearTimeout(force);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM');
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
