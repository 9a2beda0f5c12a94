import type { DescMethod, DescService, Message } from '@bufbuild/protobuf';
import { type Empty, EmptySchema } from '@bufbuild/protobuf/wkt';
import { type ConnectRouter, createConnectRouter, type HandlerContext } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import { compressionGzip } from '@connectrpc/connect-node';
import { RpcError } from '#lib/rpc/status.ts';
import { decodeBinary, decodeJsonText } from './decode.ts';
import { toConnectError } from './errors.ts';

/** A method as it is served at the edge, in every protocol and encoding. */
export interface Route {
  readonly service: DescService;
  readonly method: DescMethod;
  /** The largest request message, in bytes. */
  readonly maxBytes: number;
  /** Lets the call in before its body is read, or throws `ConnectError`. */
  readonly gate: (context: HandlerContext) => void | Promise<void>;
  readonly serve: Serve;
}

/**
 * Serves a call: `input` is its request, or the stream of its requests, and `decode` makes the method's message of each,
 * or throws `RpcError` where the bytes are none. Throws `ConnectError`.
 */
export type Serve = (
  input: Message | AsyncIterable<Message>,
  decode: (message: Message) => Message,
  context: HandlerContext,
) => Promise<object> | AsyncIterable<object>;

/** Finds what answers a request by its path and encoding. */
export interface Routes {
  find(path: string, json: boolean): Found | undefined;
}

export interface Found {
  readonly handler: UniversalHandler;
  /** The largest request message, in bytes. */
  readonly maxBytes: number;
}

/**
 * Two handlers for each method. Binary requests are first taken for empty messages, which keep all bytes as unknown
 * fields, and JSON ones are checked as text: so every fault in a request is described by us, in one way.
 */
export function createRoutes(routes: readonly Route[], stopping: AbortSignal): Routes {
  const options = { acceptCompression: [compressionGzip], shutdownSignal: stopping };
  const json = createConnectRouter(options);
  const binary = createConnectRouter(options);
  for (const { method, maxBytes, gate, serve } of routes) {
    // Larger bodies are refused before they come here, in our words.
    const limits = { readMaxBytes: maxBytes, requestGate: gate };
    const jsonOptions = { ignoreUnknownFields: false, textDecoder: checkingDecoder(method) };
    register(json, method, (input, context) => serve(input, (message) => message, context), { ...limits, jsonOptions });
    const opaque = { ...method, input: EmptySchema } as DescMethod;
    const decode = (message: Message) => decodeBinary(method.input, message as Empty);
    register(binary, opaque, (input, context) => serve(input, decode, context), limits);
  }
  const byPath = ({ handlers }: ConnectRouter) =>
    // Handlers stand in the order in which routes were registered.
    new Map(handlers.map((handler, i) => [handler.requestPath, { handler, maxBytes: (routes[i] as Route).maxBytes }]));
  const found = { json: byPath(json), binary: byPath(binary) };
  return { find: (path, isJson) => (isJson ? found.json : found.binary).get(path) };
}

type Implementation = (input: Parameters<Serve>[0], context: HandlerContext) => ReturnType<Serve>;
type Register = (method: DescMethod, implementation: Implementation, options: object) => unknown;

function register(router: ConnectRouter, method: DescMethod, implementation: Implementation, options: object): void {
  // The router's own type wants one kind of method; these are of any.
  (router.rpc as unknown as Register)(method, implementation, options);
}

function checkingDecoder(method: DescMethod): { decode(bytes?: Uint8Array): string } {
  return {
    decode(bytes = new Uint8Array()) {
      try {
        return decodeJsonText(method.input, bytes);
      } catch (error) {
        throw error instanceof RpcError ? toConnectError(error.failure) : error;
      }
    },
  };
}

/** True when a request's message is JSON, in whichever protocol. */
export function isJsonRequest(contentType: string | undefined, url: string): boolean {
  if (contentType !== undefined) return /[/+]json\b/i.test(contentType);
  return /[?&]encoding=json(&|$)/.test(url);
}
