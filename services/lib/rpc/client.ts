import type { DescMethod, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { CallOptions } from '#lib/rpc/call-options.ts';
import { callStreaming, callUnary } from '#lib/rpc/calling.ts';
import { OpenChannel, type RpcChannel } from '#lib/rpc/channel.ts';
import { outgoingMethod } from '#lib/rpc/outgoing.ts';

export type { CallOptions } from '#lib/rpc/call-options.ts';
export { openChannel, type RpcChannel } from '#lib/rpc/channel.ts';

type ClientMethod<M extends DescService['method'][string]> = M['methodKind'] extends 'unary'
  ? (request: MessageInitShape<M['input']>, options?: CallOptions) => Promise<MessageShape<M['output']>>
  : M['methodKind'] extends 'server_streaming'
    ? (request: MessageInitShape<M['input']>, options?: CallOptions) => AsyncIterable<MessageShape<M['output']>>
    : never;

/**
 * The methods of a service, by local name. Failures are `RpcError`. A stream begins its call when it is iterated, once
 * for each iteration; breaking off cancels the call. Methods that declare an idempotency level are tried again, three
 * times within about a second, when no replica was reached or the connection broke before anything came back; a request
 * without a `request_id` is given one for that. Other methods are sent once.
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
