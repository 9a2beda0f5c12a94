import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** A request and a response of either version of HTTP. */
export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

/** `Host`, or `:authority` in HTTP/2. */
export function authorityOf(request: Request): string | undefined {
  const pseudo = request.headers[':authority'];
  return typeof pseudo === 'string' ? pseudo : request.headers.host;
}

/** A header's value; of several the first. */
export function headerOf(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Headers that every answer of the edge has. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-robots-tag': 'noindex',
};

/** Sends a whole answer. */
export function send(response: Response, status: number, headers: Record<string, string>, body: string | Buffer): void {
  for (const [name, value] of Object.entries({ ...COMMON_HEADERS, ...headers })) response.setHeader(name, value);
  response.statusCode = status;
  // The overloads of the two versions differ in nothing that matters here.
  (response as ServerResponse).end(body);
}

/** Sends a short text, as for addresses that are not there. */
export function sendText(response: Response, status: number, text: string): void {
  send(response, status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }, `${text}\n`);
}
