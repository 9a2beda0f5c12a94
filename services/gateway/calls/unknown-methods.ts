import type { DescMethod, DescService } from '@bufbuild/protobuf';
import type { HandlerContext } from '@connectrpc/connect';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { methodUnknown } from '#lib/rpc/failures.ts';
import { edgeCallKey } from './edge-call.ts';
import { toConnectError } from './errors.ts';
import { createRoutes, type Found, type Route } from './routes.ts';

const { ask, askUnary } = ConversationService.method;
const nowhere = { ...ConversationService, typeName: 'unknown' } as DescService;
const methods = {
  unary: { ...askUnary, name: 'Unary', parent: nowhere } as DescMethod,
  stream: { ...ask, name: 'Stream', parent: nowhere } as DescMethod,
};

/** True for paths that can only be meant as `/package.Service/Method`. */
export function isMethodPath(path: string): boolean {
  return /^\/(\w+\.)+\w+\/\w+$/.test(path);
}

/**
 * Answers calls of methods that are not there, or are not public, with UNIMPLEMENTED in the caller's own protocol.
 * Gives what answers requests of a content type.
 */
export function unknownMethods(stopping: AbortSignal): (contentType: string | undefined) => Found {
  const routes = createRoutes(Object.values(methods).map(routeOf), stopping);
  const unary = routes.find('/unknown/Unary', false) as Found;
  const stream = routes.find('/unknown/Stream', false) as Found;
  return (contentType) => (/^application\/connect\+/i.test(contentType ?? '') ? stream : unary);
}

function routeOf(method: DescMethod): Route {
  return { service: nowhere, method, maxBytes: 1, gate: refuse, serve: (_input, _decode, context) => refuse(context) };
}

function refuse(context: HandlerContext): never {
  context.values.get(edgeCallKey).outcome = 'UNIMPLEMENTED';
  throw toConnectError(methodUnknown(new URL(context.url).pathname.slice(1, 200)));
}
