import { create, type DescMethod, type Message, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { Metadata, type ServerErrorResponse, type ServerUnaryCall } from '@grpc/grpc-js';
import { context as around, ROOT_CONTEXT, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { Clock } from '#lib/clock.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import type { Ids } from '#lib/ids.ts';
import type { AccessRule } from '#lib/rpc/access.ts';
import { admitCaller, admitRequest, type Gatekeeper } from '#lib/rpc/admission.ts';
import { ServedCall } from '#lib/rpc/context.ts';
import { asBuffer } from '#lib/rpc/definition.ts';
import { cancelled, deadlineExceeded, internal, overloaded, unavailable } from '#lib/rpc/failures.ts';
import { encodeStatus, type Failure, numberOf, RpcError, type StatusCode } from '#lib/rpc/status.ts';
import { LoggableError } from '#lib/telemetry/error.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { parseTraceparent, type Span, SpanKind, startSpan } from '#lib/telemetry/traces.ts';

/** What the methods of one server share. */
export interface Serving {
  readonly gate: Gatekeeper;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** Undefined while tracing is off. */
  readonly tracer: Tracer | undefined;
  readonly maxMessageBytes: number;
  readonly maxInFlight: number;
  /** Calls whose handlers have not settled. */
  inFlight: number;
}

/** One method as a server runs it. */
export interface Method {
  readonly serving: Serving;
  readonly desc: DescMethod;
  readonly rule: AccessRule;
  /** For callers that give no deadline. */
  readonly timeoutMs: number;
  /** Notes how long a call took and how it ended. */
  readonly observe: (seconds: number, code: StatusCode | 'OK') => void;
}

type RawCall = Pick<
  ServerUnaryCall<Buffer, Buffer>,
  'request' | 'metadata' | 'getAuthContext' | 'getDeadline' | 'on' | 'cancelled'
>;

/** A call from its arrival to its answer: counts, times, traces, admits it, and turns what goes wrong into a failure. */
export class Call {
  readonly #method: Method;
  readonly #raw: RawCall;
  readonly #started = performance.now();
  #context: ServedCall | undefined;
  #span: Span | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(method: Method, raw: RawCall) {
    this.#method = method;
    this.#raw = raw;
    method.serving.inFlight++;
  }

  /** Checks all that the contract asks for. Throws `RpcError`. */
  admit(): { readonly request: Message; readonly context: ServedCall } {
    const { serving, rule, desc } = this.#method;
    if (serving.inFlight > serving.maxInFlight) throw new RpcError(overloaded);
    const { caller, principal } = admitCaller(serving.gate, rule, this.#raw);
    const request = admitRequest(serving.gate, rule, desc, this.#raw, principal);
    this.#span = serving.tracer && this.#startSpan(serving.tracer, caller);
    const context = new ServedCall(this.#deadline(), caller, principal, this.#span?.spanContext());
    this.#context = context;
    // grpc-js tells of the end of every call in this way, also of those answered: `end` then does nothing.
    this.#raw.on('cancelled', () => {
      context.end(serving.clock.now() >= context.deadline ? deadlineExceeded : cancelled);
    });
    return { request, context };
  }

  /** Runs something with the call's span as the active one. */
  within<T>(run: () => T): T {
    return this.#span ? around.with(trace.setSpan(ROOT_CONTEXT, this.#span), run) : run();
  }

  /** The bytes of a response. */
  encode(response: MessageInitShape<DescMethod['output']>): Buffer {
    const { desc, serving } = this.#method;
    const bytes = toBinary(desc.output, create(desc.output, response));
    if (bytes.byteLength > serving.maxMessageBytes) {
      throw new LoggableError(`the response has ${bytes.byteLength} bytes, more than ${serving.maxMessageBytes}`);
    }
    return asBuffer(bytes);
  }

  /** What the caller is told of an error. What is not meant for callers is logged and told as an id. */
  failureOf(error: unknown): Failure {
    if (this.#context?.ended) return this.#context.ended.failure;
    if (error instanceof RpcError) return error.failure;
    return this.within(() => this.#unforeseen(error));
  }

  #unforeseen(error: unknown): Failure {
    const { serving, rule } = this.#method;
    if (error instanceof StoreUnavailable) {
      serving.log.warn({ err: error, method: rule.method }, 'store does not answer');
      return unavailable;
    }
    const id = serving.ids.random();
    serving.log.error({ err: error, id, method: rule.method, caller: this.#context?.caller }, 'call failed');
    return internal(id);
  }

  /** The call's handler has settled. */
  close(code: StatusCode | 'OK'): void {
    this.#method.serving.inFlight--;
    clearTimeout(this.#timer);
    this.#method.observe((performance.now() - this.#started) / 1_000, code);
    if (!this.#span) return;
    this.#span.setAttribute('rpc.grpc.status_code', code === 'OK' ? 0 : numberOf(code));
    if (code !== 'OK') this.#span.setStatus({ code: SpanStatusCode.ERROR, message: code });
    this.#span.end();
  }

  /** The caller's deadline, kept by grpc-js; where there is none, our own, kept by a timer. */
  #deadline(): number {
    const given = this.#raw.getDeadline();
    if (typeof given === 'number' && Number.isFinite(given)) return given;
    this.#timer = setTimeout(() => this.#context?.end(deadlineExceeded), this.#method.timeoutMs);
    return this.#method.serving.clock.now() + this.#method.timeoutMs;
  }

  #startSpan(tracer: Tracer, caller: string): Span {
    const [traceparent] = this.#raw.metadata.get('traceparent');
    return startSpan(tracer, this.#method.rule.method, {
      kind: SpanKind.SERVER,
      parent: typeof traceparent === 'string' ? parseTraceparent(traceparent) : undefined,
      attributes: { 'rpc.system': 'grpc', 'rpc.caller': caller },
    });
  }
}

/** A failure as grpc-js sends it, with its details. */
export function statusOf(failure: Failure): ServerErrorResponse {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', asBuffer(encodeStatus(failure)));
  // grpc-js percent-encodes the text, which throws for half a surrogate pair.
  const message = failure.message.toWellFormed();
  return { name: failure.code, message, code: numberOf(failure.code), details: message, metadata };
}
