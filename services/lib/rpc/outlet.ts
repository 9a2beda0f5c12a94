import { Writable } from 'node:stream';
import { Metadata, type ServerWritableStream } from '@grpc/grpc-js';

type RawStream = ServerWritableStream<Buffer, Buffer>;

/** Before each message: one byte for its compression, four for its length. */
const PREFIX_BYTES = 5;

/**
 * Where the responses of a streaming call leave. grpc-js waits for the socket after each message: a turn of the event loop, a TLS
 * record and a write at this end, a read at the other, about 0.06 ms of CPU together. Here responses that are there at once leave
 * together, with the status where that follows at once.
 */
export class Outlet {
  readonly #raw: RawStream;
  readonly #transport: Writable;
  readonly #leave = (): void => this.#transport.uncork();

  constructor(raw: RawStream) {
    this.#raw = raw;
    this.#transport = transportOf(raw);
  }

  /** Sends the bytes of a response, after all before it. False when the caller is to wait for `onDrain`. */
  write(bytes: Buffer): boolean {
    const transport = this.#transport;
    if (transport === this.#raw) return this.#raw.write(bytes);
    if (this.#raw.cancelled || transport.destroyed) return true;
    this.#raw.sendMetadata(new Metadata());
    if (transport.writableCorked === 0) {
      transport.cork();
      // Runs when all that was ready has been written, and before anything new is heard of.
      process.nextTick(this.#leave);
    }
    const room = transport.write(framed(bytes));
    if (!room) transport.uncork();
    return room;
  }

  onDrain(listener: () => void): void {
    this.#transport.on('drain', listener);
  }

  offDrain(listener: () => void): void {
    this.#transport.off('drain', listener);
  }
}

/** The HTTP/2 stream of a call. grpc-js keeps it to itself; should a later version hide it better, messages leave one by one. */
function transportOf(raw: RawStream): Writable {
  const call: unknown = Reflect.get(raw, 'call');
  const stream: unknown = typeof call === 'object' && call !== null ? Reflect.get(call, 'stream') : undefined;
  return stream instanceof Writable ? stream : raw;
}

function framed(bytes: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + bytes.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, PREFIX_BYTES);
  return frame;
}
