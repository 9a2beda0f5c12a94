import type { DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { CallContext } from '#lib/rpc/context.ts';

/** What serves one method. Failures are thrown as `RpcError`; anything else thrown becomes INTERNAL. */
type Handler<M extends DescService['method'][string]> = M['methodKind'] extends 'unary'
  ? (request: MessageShape<M['input']>, context: CallContext) => Promise<MessageInitShape<M['output']>>
  : M['methodKind'] extends 'server_streaming'
    ? (request: MessageShape<M['input']>, context: CallContext) => AsyncIterable<MessageInitShape<M['output']>>
    : never;

/** What serves a service: a handler for each method, by its local name. */
export type Handlers<S extends DescService> = { readonly [K in keyof S['method']]: Handler<S['method'][K]> };

/** A service with what serves it. */
export interface Served {
  readonly service: DescService;
  readonly handlers: object;
}

export function serve<S extends DescService>(service: S, handlers: Handlers<S>): Served {
  return { service, handlers };
}
