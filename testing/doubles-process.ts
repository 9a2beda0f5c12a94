// The doubles in a process of their own, so that what they cost is not counted as the system's.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadOptions, LoadReport } from './load.ts';
import type { RequestCounts, Script } from './provider-double.ts';
import type { TelegramDouble, TelegramDoubleOptions } from './telegram-double.ts';

/** How to start the doubles. */
export interface DoublesOptions {
  /** Default: no validation and no record of calls, for load. */
  readonly telegram?: TelegramDoubleOptions;
  /** `load`: about 50 tokens at once, with the question's tag. `quote` (default): quotes from the prompt's passages. */
  readonly answers?: 'load' | 'quote';
}

/** What of the Telegram double can be used from another process. */
export type RemoteTelegram =
  | 'say'
  | 'addChat'
  | 'block'
  | 'failNext'
  | 'setFloodLimits'
  | 'webhookHabits'
  | 'messages'
  | 'answers';

/** A request to the child. */
export type Order =
  | { readonly do: 'load'; readonly options: LoadOptions }
  | { readonly do: 'cpu' }
  | { readonly do: 'telegram'; readonly method: RemoteTelegram; readonly args: readonly unknown[] }
  | { readonly do: 'violations' }
  | { readonly do: 'script'; readonly scripts: Script | readonly Script[] }
  | { readonly do: 'counts' };

/** What the child says. */
export type Report =
  | { readonly ready: { readonly telegramUrl: string; readonly token: string; readonly providerUrl: string } }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

/** Starts both doubles in a child process that ends with this one. */
export async function startDoublesProcess(options: DoublesOptions = {}): Promise<DoublesProcess> {
  const child = fork(join(import.meta.dirname, 'doubles-main.ts'), [JSON.stringify(options)], {
    execArgv: ['--no-warnings'],
    serialization: 'advanced',
  });
  const ready = await new Promise<Report>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Report));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The doubles ended at once, with code ${code}.`)));
  });
  if (!('ready' in ready)) throw new Error('The doubles did not say that they are ready.');
  return new DoublesProcess(child, ready.ready);
}

/** The doubles in their process. */
export class DoublesProcess implements AsyncDisposable {
  /** Base address of the Bot API. */
  readonly telegramUrl: string;
  readonly token: string;
  /** What goes into OPENAI_BASE_URL. */
  readonly providerUrl: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (report: Report) => void>();
  #lastId = 0;

  constructor(
    child: ChildProcess,
    at: { readonly telegramUrl: string; readonly token: string; readonly providerUrl: string },
  ) {
    this.#child = child;
    this.telegramUrl = at.telegramUrl;
    this.token = at.token;
    this.providerUrl = at.providerUrl;
    child.on('message', (message) => {
      const report = message as Report;
      if (!('id' in report)) return;
      this.#waiting.get(report.id)?.(report);
      this.#waiting.delete(report.id);
    });
    child.once('exit', () => {
      for (const [id, answer] of this.#waiting) answer({ id, error: 'The doubles have ended.' });
    });
  }

  /** Drives a load from within the child, next to the Telegram double: its times hold no hop. */
  load(options: LoadOptions): Promise<LoadReport> {
    return this.#order({ do: 'load', options }) as Promise<LoadReport>;
  }

  /** Milliseconds of CPU that the doubles have used. */
  cpuMs(): Promise<number> {
    return this.#order({ do: 'cpu' }) as Promise<number>;
  }

  /** Calls a method of the Telegram double. */
  telegram<M extends RemoteTelegram>(
    method: M,
    ...args: Parameters<TelegramDouble[M]>
  ): Promise<ReturnType<TelegramDouble[M]>> {
    return this.#order({ do: 'telegram', method, args }) as Promise<ReturnType<TelegramDouble[M]>>;
  }

  /** Requests that broke the Bot API's specification, when validation is on. */
  violations(): Promise<TelegramDouble['violations']> {
    return this.#order({ do: 'violations' }) as Promise<TelegramDouble['violations']>;
  }

  /** Gives the provider scripts, as `ProviderDouble.script` does. */
  script(scripts: Script | readonly Script[]): Promise<void> {
    return this.#order({ do: 'script', scripts }) as Promise<void>;
  }

  /** Requests at the provider. */
  counts(): Promise<RequestCounts> {
    return this.#order({ do: 'counts' }) as Promise<RequestCounts>;
  }

  /** Ends the child. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        resolve();
        return;
      }
      this.#child.once('exit', () => resolve());
      this.#child.disconnect();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #order(order: Order): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (report) => {
        if ('result' in report) resolve(report.result);
        else reject(new Error('error' in report ? report.error : 'no result'));
      });
      this.#child.send({ id, order });
    });
  }
}
