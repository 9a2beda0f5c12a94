import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import { callStreaming, callUnary } from '#lib/rpc/calling.ts';
import { OpenChannel, type RpcChannel } from '#lib/rpc/channel.ts';
import type { CallContext } from '#lib/rpc/context.ts';
import { outgoingMethod } from '#lib/rpc/outgoing.ts';

export { openChannel, type RpcChannel } from '#lib/rpc/channel.ts';

export interface CallOptions {
  /** Of the call being served: its deadline less a margin, its end and its trace go on into this one. */
  readonly context?: CallContext;
  readonly signal?: AbortSignal;
  /** Milliseconds; 10,000 for unary calls and 300,000 for streams where it is not set. */
  readonly timeoutMs?: number;
  /** On whose behalf; must not change afterwards. Only gateway and telegram-adapter may speak for others. */
  readonly principal?: Principal;
}

type ClientMethod<M extends DescService['method'][string]> = M['methodKind'] extends 'unary'
  ? (request: MessageInitShape<M['input']>, options?: CallOptions) => Promise<MessageShape<M['output']>>
  : M['methodKind'] extends 'server_streaming'
    ? (request: MessageInitShape<M['input']>, options?: CallOptions) => AsyncIterable<MessageShape<M['output']>>
    : never;

/**
 * The methods of a service, by local name. Failures are `RpcError`. A stream begins its call when it is iterated, once
 * for each iteration; breaking off cancels the call. Methods that declare an idempotency level are tried again, twice,
 * when the peer was not reached.
 */
export type Client<S extends DescService> = { readonly [K in keyof S['method']]: ClientMethod<S['method'][K]> };

export function createClient<S extends DescService>(service: S, channel: RpcChannel): Client<S> {
  if (!(channel instanceof OpenChannel)) throw new TypeError('channels are opened by openChannel');
  const methods = service.methods.map((desc) => [desc.localName, caller(desc, channel)]);
  return Object.fromEntries(methods) as Client<S>;
}

type Request = MessageInitShape<DescMethod['input']>;

const NO_OPTIONS: CallOptions = {};

function caller(desc: DescMethod, channel: OpenChannel): unknown {
  const method = outgoingMethod(desc, channel);
  return desc.methodKind === 'unary'
    ? (request: Request, options = NO_OPTIONS) => callUnary(method, request, options)
    : (request: Request, options = NO_OPTIONS) => callStreaming(method, request, options);
}
