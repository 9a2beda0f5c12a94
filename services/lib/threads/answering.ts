import { parentPort } from 'node:worker_threads';
import type { Ask, Reply } from './thread.ts';

/** A result whose buffers move to the asker instead of being copied. */
export class Moved {
  readonly value: unknown;
  readonly transfer: readonly ArrayBuffer[];
  constructor(value: unknown, transfer: readonly ArrayBuffer[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

/** The worker's side of `Thread`: answers each question with the method of its name, one at a time. */
export function answer(methods: Readonly<Record<string, (argument: never) => unknown>>): void {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread');
  port.on('message', ({ id, method, argument }: Ask) => {
    const send = (reply: Reply, transfer: readonly ArrayBuffer[] = []) => port.postMessage(reply, [...transfer]);
    try {
      const result = methods[method]?.(argument as never);
      if (result instanceof Moved) send({ id, ok: true, result: result.value }, result.transfer);
      else send({ id, ok: true, result });
    } catch (error) {
      send({ id, ok: false, message: `${method} failed`, stack: framesOf(error) });
    }
  });
}

/** Where it failed; not its message, which may hold what people wrote. */
function framesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
