import type { DescMethod, DescService, Message } from '@bufbuild/protobuf';
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import type { Ids } from '#lib/ids.ts';
import { type AccessRule, accessRule, refuseCall, refuseResource } from '#lib/rpc/access.ts';
import type { CallContext } from '#lib/rpc/context.ts';
import { cancelled, deadlineExceeded, unavailable } from '#lib/rpc/failures.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import type { Validation } from '#lib/rpc/validation.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { type Span, SpanKind, startSpan } from '#lib/telemetry/traces.ts';
import { edgeCallKey } from './edge-call.ts';
import { failureOf, toConnectError } from './errors.ts';
import type { PublicHandler, PublicHandlers } from './forward.ts';
import { publicMethods } from './public-services.ts';
import type { Route } from './routes.ts';

const MIB = 1024 * 1024;
/** Largest request messages. A file of 16 MiB grows to 21.4 MiB in base64. */
const MAX_BYTES = 4 * MIB;
const MAX_IMPORT_BYTES = 24 * MIB;

/** How long calls take at most, whether their caller says so or not, in milliseconds. */
const UNARY_MS = 120_000;
const STREAM_MS = 300_000;
const LONGEST_MS = 600_000;

/** What stands between the public and the services. */
export interface Edge {
  /** Finds out on whose behalf a call comes, by its headers alone. Throws `RpcError`. */
  readonly admit: (context: HandlerContext) => Promise<Principal>;
  /** Takes one question from a principal's allowance; gives a refusal where there is none left. */
  readonly takeQuestion: (principal: Principal) => Failure | undefined;
  readonly validation: Validation;
  readonly stopping: AbortSignal;
  /** Undefined while tracing is off. */
  readonly tracer: Tracer | undefined;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

/** Routes for the public methods of a service, from its descriptor alone. */
export function publicRoutes(edge: Edge, service: DescService, handlers: PublicHandlers): readonly Route[] {
  return publicMethods(service).map((method) => {
    const rule = accessRule(method);
    const handler = handlers[method.localName] as PublicHandler;
    return {
      service,
      method,
      maxBytes: method === ImportService.method.createImport ? MAX_IMPORT_BYTES : MAX_BYTES,
      gate: (context) => letIn(edge, rule, context),
      serve: (input, decode, context) => {
        const request = () => decode(input as Message);
        return method.methodKind === 'unary'
          ? serveUnary(edge, method, rule, handler, request, context)
          : serveStream(edge, method, rule, handler, request, context);
      },
    };
  });
}

async function letIn(edge: Edge, rule: AccessRule, context: HandlerContext): Promise<void> {
  try {
    const principal = await edge.admit(context);
    const refusal = refuseCall(rule, 'gateway', principal);
    if (refusal) throw new RpcError(refusal);
    context.values.get(edgeCallKey).principal = principal;
  } catch (error) {
    throw ended(edge, rule.method, context, error);
  }
}

async function serveUnary(
  edge: Edge,
  method: DescMethod,
  rule: AccessRule,
  handler: PublicHandler,
  decode: () => Message,
  context: HandlerContext,
): Promise<object> {
  const span = spanOf(edge, rule);
  try {
    const request = check(edge, method, rule, decode, context);
    const answer = await (handler(request, callContext(edge, method, context, span)) as Promise<object>);
    context.values.get(edgeCallKey).outcome = 'OK';
    return answer;
  } catch (error) {
    throw ended(edge, rule.method, context, error);
  } finally {
    endSpan(span, context);
  }
}

async function* serveStream(
  edge: Edge,
  method: DescMethod,
  rule: AccessRule,
  handler: PublicHandler,
  decode: () => Message,
  context: HandlerContext,
): AsyncGenerator<object> {
  const span = spanOf(edge, rule);
  try {
    const request = check(edge, method, rule, decode, context);
    yield* handler(request, callContext(edge, method, context, span)) as AsyncIterable<object>;
    context.values.get(edgeCallKey).outcome = 'OK';
  } catch (error) {
    throw ended(edge, rule.method, context, error);
  } finally {
    endSpan(span, context);
  }
}

/** The span of a call at the edge, where a trace of it begins; none while tracing is off. */
function spanOf({ tracer }: Edge, { method }: AccessRule): Span | undefined {
  return tracer && startSpan(tracer, method, { kind: SpanKind.SERVER });
}

function endSpan(span: Span | undefined, context: HandlerContext): void {
  if (span === undefined) return;
  const { outcome = 'CANCELLED' } = context.values.get(edgeCallKey);
  span.setAttribute('rpc.grpc.status', outcome);
  if (outcome !== 'OK') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
  span.end();
}

/** Decodes and checks a request: all its faults at once, then the assistant that it names, then the allowance. */
function check(
  edge: Edge,
  method: DescMethod,
  rule: AccessRule,
  decode: () => Message,
  context: HandlerContext,
): Message {
  const { principal } = context.values.get(edgeCallKey);
  if (principal === undefined) throw new TypeError('the call was not let in');
  const request = decode();
  const refusal =
    edge.validation.refuse(method.input, request) ??
    refuseResource(rule, principal, request) ??
    (isQuestion(method) ? edge.takeQuestion(principal) : undefined);
  if (refusal) throw new RpcError(refusal);
  return request;
}

function isQuestion(method: DescMethod): boolean {
  return method === ConversationService.method.ask || method === ConversationService.method.askUnary;
}

function callContext(edge: Edge, method: DescMethod, context: HandlerContext, span: Span | undefined): CallContext {
  const usual = method.methodKind === 'unary' ? UNARY_MS : STREAM_MS;
  const { principal } = context.values.get(edgeCallKey);
  const deadline = edge.clock.now() + Math.min(context.timeoutMs() ?? usual, LONGEST_MS);
  return { signal: context.signal, deadline, caller: 'public', principal, span: span?.spanContext() };
}

/** Notes how a call failed, and gives the error to send. */
function ended(edge: Edge, method: string, context: HandlerContext, thrown: unknown): ConnectError {
  const failure = endingOf(edge, context) ?? failureOf(thrown, method, edge.ids, edge.log);
  context.values.get(edgeCallKey).outcome = failure.code;
  return toConnectError(failure);
}

/** Why the call had to end, whatever was thrown in consequence. */
function endingOf(edge: Edge, { signal }: HandlerContext): Failure | undefined {
  if (!signal.aborted) return undefined;
  if (edge.stopping.aborted) return unavailable;
  const reason: unknown = signal.reason;
  return reason instanceof ConnectError && reason.code === Code.DeadlineExceeded ? deadlineExceeded : cancelled;
}
