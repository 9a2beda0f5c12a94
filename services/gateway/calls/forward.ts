import type { DescService, Message } from '@bufbuild/protobuf';
import { createClient, type RpcChannel } from '#lib/rpc/client.ts';
import type { CallContext } from '#lib/rpc/context.ts';

/** Serves one public method; the request is checked and the principal in the context let in. */
export type PublicHandler = (request: Message, context: CallContext) => Promise<object> | AsyncIterable<object>;

/** Handlers by the local names of methods. */
export type PublicHandlers = Readonly<Record<string, PublicHandler>>;

type Call = (
  request: Message,
  options: { context: CallContext; principal: CallContext['principal']; timeoutMs: number },
) => Promise<object> | AsyncIterable<object>;

/**
 * Handlers that pass calls on to the service that owns them: the principal as metadata, the deadline less a margin,
 * cancellation and back-pressure as they come.
 */
export function forwardTo(channel: RpcChannel, service: DescService, now: () => number): PublicHandlers {
  const client = createClient(service, channel) as unknown as Readonly<Record<string, Call>>;
  const handlers = service.methods.map(({ localName }): [string, PublicHandler] => {
    const call = client[localName] as Call;
    return [
      localName,
      (request, context) =>
        call(request, { context, principal: context.principal, timeoutMs: Math.max(1, context.deadline - now()) }),
    ];
  });
  return Object.fromEntries(handlers);
}
