import type { DescMethod, DescService, Message } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { file_google_rpc_error_details } from '#gen/google/rpc/error_details_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { ServerReflection, type ServerReflectionRequest } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import type { CallContext } from '#lib/rpc/context.ts';
import { healthService } from '#lib/rpc/health.ts';
import { createReflection } from '#lib/rpc/reflection.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { edgeCallKey } from './edge-call.ts';
import { toConnectError } from './errors.ts';
import type { PublicHandlers } from './forward.ts';
import type { Route } from './routes.ts';

/** Of one request; for reflection, of all requests of one stream. */
const MAX_BYTES = 1024 * 1024;

/** Checks what needs no credentials: the name under which the server was called. Throws `RpcError`. */
export type CheckNames = (context: HandlerContext) => void;

/** The standard health service, for balancers in front of the edge. Needs no credentials. */
export function healthRoutes(
  services: readonly DescService[],
  ready: () => boolean,
  stopping: AbortSignal,
  checkNames: CheckNames,
): readonly Route[] {
  const known = new Set(services.map(({ typeName }) => typeName));
  const handlers = healthService(known, ready, stopping).handlers as PublicHandlers;
  return Health.methods.map((method) => ({
    service: Health,
    method,
    maxBytes: MAX_BYTES,
    gate: gateOf(checkNames),
    serve: (input, decode, context) => {
      const handler = handlers[method.localName] as PublicHandlers[string];
      const answer = handler(decode(input as Message), contextOf(context));
      return answer instanceof Promise ? settled(answer, context) : drained(answer, context);
    },
  }));
}

/**
 * The standard reflection service, in its first version and under its older name, so that grpcurl and its like need no
 * contract files. It shows what the documentation shows, and needs no credentials.
 */
export function reflectionRoutes(services: readonly DescService[], checkNames: CheckNames): readonly Route[] {
  const answer = reflectionOf(services);
  const [v1] = ServerReflection.methods as [DescMethod];
  const older = { ...ServerReflection, typeName: 'grpc.reflection.v1alpha.ServerReflection' } as DescService;
  const v1alpha = { ...v1, parent: older } as DescMethod;
  return [v1, v1alpha].map((method) => ({
    service: method.parent,
    method,
    maxBytes: MAX_BYTES,
    gate: gateOf(checkNames),
    serve: (input, decode, context) => drained(answers(input as AsyncIterable<Message>, decode, answer), context),
  }));
}

/** Knows the services, the two standard ones, and the details of errors, which no service's contract names. */
function reflectionOf(services: readonly DescService[]): Reflection {
  const ofServices = createReflection([...services, Health, ServerReflection]);
  const ofErrors = createReflection([{ ...Health, file: file_google_rpc_error_details }]);
  return (question) => {
    const answer = ofServices(question);
    return answer.messageResponse?.case === 'errorResponse' ? ofErrors(question) : answer;
  };
}

type Reflection = ReturnType<typeof createReflection>;

async function* answers(
  questions: AsyncIterable<Message>,
  decode: (message: Message) => Message,
  answer: Reflection,
): AsyncGenerator<object> {
  for await (const question of questions) yield answer(decode(question) as ServerReflectionRequest);
}

function gateOf(checkNames: CheckNames): Route['gate'] {
  return (context) => {
    try {
      checkNames(context);
    } catch (error) {
      throw failed(error, context);
    }
  };
}

async function settled(answer: Promise<object>, context: HandlerContext): Promise<object> {
  try {
    const given = await answer;
    context.values.get(edgeCallKey).outcome = 'OK';
    return given;
  } catch (error) {
    throw failed(error, context);
  }
}

async function* drained(answer: AsyncIterable<object>, context: HandlerContext): AsyncGenerator<object> {
  try {
    yield* answer;
    context.values.get(edgeCallKey).outcome = 'OK';
  } catch (error) {
    throw failed(error, context);
  }
}

function failed(error: unknown, context: HandlerContext): unknown {
  if (!(error instanceof RpcError)) return error;
  context.values.get(edgeCallKey).outcome = error.failure.code;
  return toConnectError(error.failure);
}

function contextOf({ signal }: HandlerContext): CallContext {
  return { signal, deadline: Number.MAX_SAFE_INTEGER, caller: 'public', principal: undefined, span: undefined };
}
