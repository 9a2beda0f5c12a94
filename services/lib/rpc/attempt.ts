import { type ChannelInterface, type Metadata, status as Status, type StatusObject } from '@grpc/grpc-js';
import { unavailable } from '#lib/rpc/failures.ts';
import { bareFailure, codeOf, decodeStatus, type Failure, RpcError } from '#lib/rpc/status.ts';
import { LoggableError } from '#lib/telemetry/error.ts';

/** How many responses of a stream are fetched before they are asked for. */
const READ_AHEAD = 16;

/**
 * One try of one call, on grpc-js's channel itself: its client would build interceptors, emitters and stack traces
 * for each call. Responses are read by `next`; the transport is asked for more only as they are.
 */
export class Attempt {
  readonly #call: ReturnType<ChannelInterface['createCall']>;
  readonly #queue: Buffer[] = [];
  #reading = true;
  #received = false;
  #cancelled = false;
  #end: { readonly error: RpcError | undefined } | undefined;
  #waiting: { resolve: (bytes: Buffer | undefined) => void; reject: (error: unknown) => void } | undefined;

  constructor(channel: ChannelInterface, path: string, deadline: number, metadata: Metadata, request: Buffer) {
    this.#call = channel.createCall(path, deadline, null, null, null);
    this.#call.start(metadata, this);
    this.#call.startRead();
    this.#call.sendMessageWithContext({}, request);
    this.#call.halfClose();
  }

  /** True once a response came: from then on nothing may be tried again. */
  get received(): boolean {
    return this.#received;
  }

  /** The next response; undefined at the end. Rejects with `RpcError`. One at a time. */
  next(): Promise<Buffer | undefined> {
    const bytes = this.#queue.shift();
    if (bytes) {
      this.#readOn();
      return Promise.resolve(bytes);
    }
    if (this.#end) return this.#end.error ? Promise.reject(this.#end.error) : Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Ends the call, if it goes on; the server hears of it at once. */
  cancel(): void {
    if (this.#end) return;
    this.#cancelled = true;
    this.#call.cancelWithStatus(Status.CANCELLED, 'cancelled');
  }

  onReceiveMetadata(): void {
    // Nothing is told by headers.
  }

  onReceiveMessage(bytes: Buffer): void {
    this.#received = true;
    this.#reading = false;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting.resolve(bytes);
    else this.#queue.push(bytes);
    this.#readOn();
  }

  onReceiveStatus(status: StatusObject): void {
    if (this.#end) return;
    this.#end = { error: status.code === Status.OK ? undefined : errorOf(status, this.#cancelled) };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (this.#end.error) waiting?.reject(this.#end.error);
    else waiting?.resolve(undefined);
  }

  #readOn(): void {
    if (this.#reading || this.#end || this.#queue.length >= READ_AHEAD) return;
    this.#reading = true;
    this.#call.startRead();
  }
}

/**
 * A status as an error. One without details comes from the transport: its text, which names addresses, is kept as the
 * cause for logs. A connection that broke shows as INTERNAL, UNKNOWN, or as a cancellation that nobody asked for.
 */
function errorOf(status: StatusObject, cancelled: boolean): RpcError {
  const [details] = status.metadata.get('grpc-status-details-bin');
  const told = Buffer.isBuffer(details) ? decodeStatus(details) : undefined;
  if (told) return new RpcError(told);
  const code = codeOf(status.code);
  const broken = code === 'INTERNAL' || code === 'UNKNOWN' || (code === 'CANCELLED' && !cancelled);
  const failure: Failure = broken ? unavailable : bareFailure(code);
  return new RpcError(failure, { cause: new LoggableError(status.details) });
}
