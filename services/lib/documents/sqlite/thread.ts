import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import { StoreUnavailable } from '#lib/documents/port.ts';
import type { Opened, Reply, Request, WriterOptions } from '#lib/documents/sqlite/messages.ts';
import { Packer, type Posted } from '#lib/documents/sqlite/posting.ts';

/** How long a lazy write waits for others to share a commit with, in milliseconds. */
const LINGER_MS = 10;

/** The writer thread as its store sees it: requests in, replies in the same order. */
export class WriterThread {
  readonly #worker: Worker;
  readonly #ended: Promise<unknown>;
  readonly #packer = new Packer();
  #outgoing: Posted[] = [];
  #flushing = false;
  #lingering: NodeJS.Timeout | undefined;
  #waiting: ((reply: Reply) => void)[] = [];
  #gone: string | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (replies: readonly Reply[]) => this.#settle(replies));
    worker.on('error', (error) => this.#lose(`the writer failed: ${(error as Error).message}`));
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#lose('the store is closed');
        resolve(undefined);
      });
    });
  }

  /** Starts the thread and has it open the file. Throws `StoreUnavailable` where it cannot. */
  static async start(file: string): Promise<WriterThread> {
    const options: WriterOptions = { file, compileCache: getCompileCacheDir() };
    const worker = new Worker(new URL('./writer.mjs', import.meta.url), {
      workerData: options,
      execArgv: ['--no-warnings'],
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    const [opened] = (await once(worker, 'message')) as [Opened];
    if (opened.ok) return new WriterThread(worker);
    await once(worker, 'exit');
    throw new StoreUnavailable(opened.message);
  }

  /** Resolves once the request is done and on disk. Rejects with `StoreUnavailable` when it is not known to be. */
  async request(request: Request, lazy = false): Promise<Reply> {
    if (this.#gone !== undefined) throw new StoreUnavailable(this.#gone);
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.push(resolve);
      this.#post(request, lazy);
    });
    if (reply.kind === 'unavailable') throw new StoreUnavailable(reply.message);
    return reply;
  }

  /** Does what was asked before, then ends the thread. */
  async close(): Promise<void> {
    if (this.#gone === undefined) {
      this.#gone = 'the store is closed';
      this.#post({ kind: 'close' }, false);
    }
    await this.#ended;
  }

  /** What is asked for within one turn of the event loop's microtasks leaves as one message; what is lazy leaves with it, or soon. */
  #post(request: Request, lazy: boolean): void {
    this.#outgoing.push(this.#packer.pack(request));
    if (lazy) {
      this.#lingering ??= setTimeout(() => this.#flush(), LINGER_MS);
    } else if (!this.#flushing) {
      this.#flushing = true;
      queueMicrotask(() => this.#flush());
    }
  }

  #flush(): void {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    this.#flushing = false;
    if (this.#outgoing.length > 0) this.#worker.postMessage(this.#outgoing);
    this.#outgoing = [];
  }

  #settle(replies: readonly Reply[]): void {
    const answered = this.#waiting.splice(0, replies.length);
    replies.forEach((reply, i) => {
      answered[i]?.(reply);
    });
  }

  #lose(message: string): void {
    this.#gone ??= message;
    this.#settle(this.#waiting.map(() => ({ kind: 'unavailable', message })));
  }
}
