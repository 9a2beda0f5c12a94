import { Worker } from 'node:worker_threads';

/** What a worker is asked: one method with one argument, answered in the order of asking. */
export interface Ask {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly stack: string };

/** The worker stopped before it answered: it ran out of memory, or broke. */
export class ThreadDied extends Error {
  override readonly name = 'ThreadDied';
}

/** A failure in the worker: its method's name, and the frames of the worker. */
export class ThreadFailure extends Error {
  override readonly name = 'ThreadFailure';
  constructor(message: string, stack: string) {
    super(message);
    this.stack = `${this.name}: ${message}\n${stack}`;
  }
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A worker thread that starts when it is first asked and ends after some idle time, so that a service at rest pays
 * nothing for it. A worker that died is started anew by the next question.
 */
export class Thread implements AsyncDisposable {
  readonly #module: URL;
  readonly #idleMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #lastId = 0;
  #users = 0;
  #disposed = false;

  constructor(module: URL, idleMs: number) {
    this.#module = module;
    this.#idleMs = idleMs;
  }

  /** Keeps the worker from ending between questions that belong together, until disposed. */
  hold(): Disposable {
    this.#users++;
    this.#rest();
    return {
      [Symbol.dispose]: () => {
        this.#users--;
        this.#rest();
      },
    };
  }

  /** Rejects with `ThreadFailure` when the method throws, with `ThreadDied` when the worker ends. */
  ask<R>(method: string, argument: unknown, transfer: readonly ArrayBuffer[] = []): Promise<R> {
    if (this.#disposed) return Promise.reject(new ThreadDied('the thread was stopped'));
    const worker = this.#started();
    const id = ++this.#lastId;
    return new Promise<R>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as R), reject });
      this.#rest();
      worker.ref();
      worker.postMessage({ id, method, argument } satisfies Ask, [...transfer]);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#lost(worker, new ThreadDied('the thread was stopped'));
    await worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.#module);
    worker.on('message', (reply: Reply) => this.#answered(reply));
    worker.on('error', (error) => this.#lost(worker, new ThreadDied('the thread failed', { cause: error })));
    worker.on('exit', () => this.#lost(worker, new ThreadDied('the thread ended')));
    this.#worker = worker;
    return worker;
  }

  #answered(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    this.#rest();
    if (reply.ok) waiting?.resolve(reply.result);
    else waiting?.reject(new ThreadFailure(reply.message, reply.stack));
  }

  #lost(worker: Worker | undefined, error: ThreadDied): void {
    if (worker === undefined || worker !== this.#worker) return;
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }

  /** Ends the worker after a while in which nobody asks or holds it. A worker at rest does not keep the process alive. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#waiting.size > 0 || this.#users > 0) return;
    const worker = this.#worker;
    worker?.unref();
    this.#idle = setTimeout(() => {
      if (worker === this.#worker) this.#worker = undefined;
      void worker?.terminate();
    }, this.#idleMs).unref();
  }
}
