import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A program under measurement, in a process of its own. What the kernel tells of it is read on Linux; elsewhere it is NaN. */
export class MeasuredProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor(program: string, env: Readonly<Record<string, string>>) {
    const file = resolve(import.meta.dirname, '..', program);
    this.#child = spawn(process.execPath, ['--no-warnings', file], {
      env: { ...process.env, ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  /** Milliseconds of CPU used so far, all threads together; counted by the kernel in steps of 10 ms. */
  cpuMs(): number {
    const stat = this.#proc('stat');
    if (stat === undefined) return Number.NaN;
    // The fields after the program's name in parentheses; utime and stime are the 14th and 15th of all.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** Resident memory in MiB. */
  memoryMiB(): number {
    const kib = /VmRSS:\s+(\d+)/.exec(this.#proc('status') ?? '')?.[1];
    return kib === undefined ? Number.NaN : Number(kib) / 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const { promise, resolve: ended } = Promise.withResolvers<void>();
    this.#child.once('exit', () => ended());
    this.#child.kill('SIGTERM');
    await promise;
  }

  #proc(file: string): string | undefined {
    try {
      return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8');
    } catch {
      return undefined;
    }
  }
}
