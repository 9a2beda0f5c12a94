import {
  create,
  type DescMethod,
  fromBinary,
  type Message,
  type MessageInitShape,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import { Metadata } from '@grpc/grpc-js';
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { systemIds } from '#lib/ids.ts';
import { Attempt } from '#lib/rpc/attempt.ts';
import type { CallOptions } from '#lib/rpc/call-options.ts';
import type { OpenChannel } from '#lib/rpc/channel.ts';
import { endOf, ServedCall } from '#lib/rpc/context.ts';
import { deadlineFor, STREAM_TIMEOUT_MS, UNARY_TIMEOUT_MS } from '#lib/rpc/deadline.ts';
import { asBuffer, pathOf } from '#lib/rpc/definition.ts';
import { cancelled, deadlineExceeded, messageTooLarge, unavailable } from '#lib/rpc/failures.ts';
import { PRINCIPAL_KEY } from '#lib/rpc/principal.ts';
import { DOMAIN, type Failure, numberOf, RpcError, type StatusCode } from '#lib/rpc/status.ts';
import { LoggableError } from '#lib/telemetry/error.ts';
import { histogram } from '#lib/telemetry/metrics.ts';
import { formatTraceparent, SpanKind, startSpan } from '#lib/telemetry/traces.ts';

/** The first one included: with their pauses about a second, in which a peer's other replicas are found. */
const ATTEMPTS = 4;
/** Doubled before each retry, and shortened by chance to between a half and all of it. */
const PAUSE_MS = 50;

/** The peer answered with bytes that are no message of the method's type. */
const undecodable: Failure = {
  code: 'INTERNAL',
  reason: 'INTERNAL',
  domain: DOMAIN,
  message: 'The answer of the service cannot be decoded.',
};

type Request = MessageInitShape<DescMethod['input']>;

/** A method as a channel calls it. */
export interface OutgoingMethod {
  readonly desc: DescMethod;
  readonly channel: OpenChannel;
  readonly path: string;
  readonly timeoutMs: number;
  /** The method says that repeating it is harmless. */
  readonly repeatable: boolean;
  readonly observe: (seconds: number, code: StatusCode | 'OK') => void;
}

export function outgoingMethod(desc: DescMethod, channel: OpenChannel): OutgoingMethod {
  const seconds = histogram(channel.metrics, {
    name: 'otvet_rpc_client_seconds',
    help: 'Time from a call to its last byte, retries included, by called service, method and status code.',
    labels: ['target', 'method', 'code'],
  });
  const labels = { target: channel.service, method: `${desc.parent.typeName}/${desc.name}` };
  const series = new Map<StatusCode | 'OK', { observe(value: number): void }>();
  return {
    desc,
    channel,
    path: pathOf(desc),
    timeoutMs: desc.methodKind === 'unary' ? UNARY_TIMEOUT_MS : STREAM_TIMEOUT_MS,
    repeatable: desc.idempotency !== MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN,
    observe(duration, code) {
      let known = series.get(code);
      if (!known) {
        known = seconds.labels({ ...labels, code });
        series.set(code, known);
      }
      known.observe(duration);
    },
  };
}

/** A call being made, over all its attempts. */
export class OutgoingCall {
  readonly #method: OutgoingMethod;
  readonly #options: CallOptions;
  readonly #request: Buffer;
  readonly #deadline: number;
  readonly #span: Span | undefined;
  readonly #started = performance.now();
  readonly #cancel = (): void => this.cancel();
  #attempt: Attempt | undefined;
  #attempts = 0;
  #cancelled = false;
  #wake: (() => void) | undefined;

  /** Throws `RpcError` where the call need not even be tried. */
  constructor(method: OutgoingMethod, request: Request, options: CallOptions) {
    const { desc, channel } = method;
    const { context, signal } = options;
    this.#method = method;
    this.#options = options;
    const ended = endedBefore(options);
    if (ended) throw ended;
    const now = Date.now();
    this.#deadline = deadlineFor(now, options.timeoutMs ?? method.timeoutMs, context?.deadline);
    if (this.#deadline <= now) throw new RpcError(deadlineExceeded);
    const message = create(desc.input, request);
    const bytes = toBinary(desc.input, method.repeatable ? repeatable(desc, message) : message);
    if (bytes.byteLength > channel.maxMessageBytes) {
      throw new RpcError(messageTooLarge(bytes.byteLength, channel.maxMessageBytes));
    }
    this.#request = asBuffer(bytes);
    this.#span =
      channel.tracer &&
      startSpan(channel.tracer, method.path.slice(1), {
        kind: SpanKind.CLIENT,
        parent: context?.span,
        attributes: { 'rpc.system': 'grpc', 'rpc.target': channel.service },
      });
    channel.inProgress.add(this.#cancel);
    if (context instanceof ServedCall) context.onEnd(this.#cancel);
    else context?.signal.addEventListener('abort', this.#cancel);
    signal?.addEventListener('abort', this.#cancel);
  }

  /** Sends the request, for the first time or again. Throws `RpcError` where the call was cancelled meanwhile. */
  start(): Attempt {
    const { channel, path } = this.#method;
    if (this.#cancelled) throw new RpcError(cancelled);
    const metadata = new Metadata();
    const { principal } = this.#options;
    if (principal) metadata.set(PRINCIPAL_KEY, channel.principals.write(principal));
    if (this.#span) metadata.set('traceparent', formatTraceparent(this.#span.spanContext()));
    this.#attempts++;
    try {
      this.#attempt = new Attempt(channel.grpc, path, this.#deadline, metadata, this.#request);
    } catch (cause) {
      // The channel was closed.
      throw new RpcError(unavailable, { cause });
    }
    return this.#attempt;
  }

  decode(bytes: Buffer): Message {
    return fromBinary(this.#method.desc.output, bytes);
  }

  cancel(): void {
    this.#cancelled = true;
    this.#attempt?.cancel();
    this.#wake?.();
  }

  /** Waits, where the call may be tried again after this error; throws it where not. */
  async waitToRetry(error: unknown): Promise<void> {
    const { repeatable } = this.#method;
    const again =
      repeatable &&
      error instanceof RpcError &&
      error.failure.code === 'UNAVAILABLE' &&
      !this.#attempt?.received &&
      !this.#cancelled &&
      this.#attempts < ATTEMPTS;
    const pauseMs = PAUSE_MS * 2 ** this.#attempts * (0.5 + Math.random() / 2);
    if (!again || Date.now() + pauseMs >= this.#deadline) throw error;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** What the caller is told of an error: why its own call ended, where that is the cause. */
  failureOf(error: unknown): RpcError {
    const ended = this.#cancelled ? endedBefore(this.#options) : undefined;
    if (ended) return ended;
    if (!(error instanceof RpcError)) return new RpcError(undecodable, { cause: error });
    const { failure, cause } = error;
    const transport = failure.code === 'UNAVAILABLE' && cause instanceof LoggableError ? cause.message : undefined;
    const problem = transport === undefined ? undefined : this.#method.channel.certificateProblem(transport);
    return problem ? new RpcError(failure, { cause: problem }) : error;
  }

  /** The call is over, with this error or well. */
  close(error: RpcError | undefined): void {
    const { channel, observe } = this.#method;
    const { context, signal } = this.#options;
    channel.inProgress.delete(this.#cancel);
    if (context instanceof ServedCall) context.offEnd(this.#cancel);
    else context?.signal.removeEventListener('abort', this.#cancel);
    signal?.removeEventListener('abort', this.#cancel);
    this.#attempt?.cancel();
    const code = error?.failure.code ?? 'OK';
    observe((performance.now() - this.#started) / 1_000, code);
    if (!this.#span) return;
    this.#span.setAttribute('rpc.grpc.status_code', code === 'OK' ? 0 : numberOf(code));
    if (error) this.#span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    this.#span.end();
  }
}

/** The request with an id, one of its own where it has none: by that alone the peer knows a retry for what it is. */
function repeatable(desc: DescMethod, message: Message): Message {
  const { requestId } = desc.input.field;
  const lacks = requestId?.scalar === ScalarType.STRING && 'requestId' in message && message.requestId === '';
  return lacks ? Object.assign({ ...message }, { requestId: systemIds.random() }) : message;
}

/** Why the caller does not want the call any more; undefined while it does. */
function endedBefore({ context, signal }: CallOptions): RpcError | undefined {
  const ended = context && endOf(context);
  if (ended) return ended;
  return signal?.aborted ? new RpcError(cancelled, { cause: signal.reason }) : undefined;
}
