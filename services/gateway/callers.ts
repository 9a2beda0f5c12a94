import { Code, ConnectError, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import type { Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { ApiKeyService } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import type { FakeHouse } from './fakes.ts';

/** Ways to call the edge, for tests. */

export const ASK = 'otvet.conversation.v1.ConversationService';
export const ASSISTANTS = 'otvet.training.v1.AssistantService';

/** Makes a client's transport to a house: with its key, another one, or (`''`) none. */
export type Connect = (house: FakeHouse, key?: string) => Transport;

export const grpc: Connect = (house, key = house.key) =>
  createGrpcTransport({ baseUrl: house.gateway.url, interceptors: [withKey(key)] });

const grpcWeb =
  (httpVersion: '1.1' | '2'): Connect =>
  (house, key = house.key) =>
    createGrpcWebTransport({ baseUrl: house.gateway.url, httpVersion, interceptors: [withKey(key)] });

const connect =
  (httpVersion: '1.1' | '2', useBinaryFormat: boolean): Connect =>
  (house, key = house.key) =>
    createConnectTransport({
      baseUrl: house.gateway.url,
      httpVersion,
      useBinaryFormat,
      interceptors: [withKey(key)],
    });

export const protocols = {
  gRPC: grpc,
  'gRPC-Web': grpcWeb('1.1'),
  'gRPC-Web over HTTP/2': grpcWeb('2'),
  Connect: connect('2', true),
  'Connect in JSON': connect('1.1', false),
} as const;

export interface Posted {
  readonly status: number;
  readonly body: { readonly [field: string]: unknown } & { readonly code?: string };
}

/** A call as curl makes it, with the house's key. */
export async function post(
  house: FakeHouse,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Posted> {
  const response = await fetch(`${house.gateway.url}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${house.key}`, ...headers },
    body: typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** Reasons and faults of an error in JSON, as one text. */
export function said(body: Posted['body']): string {
  return JSON.stringify((body.details as { debug?: unknown }[] | undefined)?.map(({ debug }) => debug));
}

/** Makes an API key with the house's own. */
export async function makeKey(
  house: FakeHouse,
  scopes: Scope[],
  assistants: string[] = [],
): Promise<{ secret: string; name: string }> {
  const keys = createClient(ApiKeyService, grpc(house));
  const { secret, apiKey } = await keys.createApiKey({ displayName: 'test', scopes, assistants });
  return { secret, name: apiKey?.name ?? '' };
}

export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

/** The error of a call that must fail. */
export async function fails(call: () => Promise<unknown>): Promise<ConnectError> {
  try {
    await call();
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error('the call went well');
}

/** `CODE domain/REASON`. */
export function reasonOf(error: ConnectError): string {
  const [info] = error.findDetails(ErrorInfoSchema);
  const code = Code[error.code]?.replace(/(?<!^)[A-Z]/g, '_$&').toUpperCase();
  return `${code} ${info?.domain}/${info?.reason}`;
}

function withKey(key: string): Interceptor {
  return (next) => (request) => {
    if (key !== '') request.header.set('authorization', `Bearer ${key}`);
    return next(request);
  };
}
