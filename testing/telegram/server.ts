// The HTTP side: reads requests, applies faults, answers in the Bot API's envelope.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Parameters, readBody, readForm } from './body.ts';
import { ApiFailure, badRequest } from './failure.ts';
import type { Fault } from './faults.ts';
import { noSuchFile } from './files.ts';

/** What the server asks of the double for each request. */
export interface Api {
  readonly token: string;
  /** The method's right name, whatever its letter case; undefined when there is none. */
  method(name: string): string | undefined;
  /** The fault that this call meets. */
  fault(method: string): Fault | undefined;
  /** Runs a call; rejects with an ApiFailure. */
  call(method: string, parameters: Parameters, gone: AbortSignal): Promise<unknown>;
  /** Notes how a call ended: a status, or -1 when the connection was cut. */
  ended(parameters: Parameters, status: number, fault?: string): void;
  /** The bytes of a file at its path. */
  file(path: string): Uint8Array | undefined;
  /** Notes that a call came. */
  began(method: string, parameters: Parameters): void;
}

/** A server on 127.0.0.1. */
export interface HttpDouble {
  readonly url: string;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
}

/** Starts the server; port 0 takes a free one. */
export async function serveApi(api: Api, port: number): Promise<HttpDouble> {
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void answer(api, request, Buffer.concat(chunks), response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  api: Api,
  request: http.IncomingMessage,
  body: Buffer,
  response: http.ServerResponse,
): Promise<void> {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const [, bot = '', name = '', ...more] = path.split('/');
  if (bot === 'file') return download(api, name, more.join('/'), response);
  if (!bot.startsWith('bot') || more.length > 0) return fail(response, new ApiFailure(404, 'Not Found'));
  if (bot.slice(3) !== api.token) return fail(response, new ApiFailure(401, 'Unauthorized'));
  const method = api.method(name);
  if (method === undefined) return fail(response, new ApiFailure(404, 'Not Found: method not found'));
  const read = readBody(request.headers['content-type'] ?? '', body);
  if (read === undefined) return fail(response, badRequest('unsupported content-type or malformed body'));
  const parameters = query === '' ? read : { ...readForm(query), ...read };
  api.began(method, parameters);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await run(api, method, parameters, response, gone.signal);
}

/** A file; its address holds the token as those of methods do. */
async function download(api: Api, bot: string, path: string, response: http.ServerResponse): Promise<void> {
  const parameters: Parameters = { path };
  api.began('download', parameters);
  const fault = api.fault('download');
  if (fault?.drop !== undefined) return cut(api, parameters, response);
  const data = bot === `bot${api.token}` && fault === undefined ? api.file(path) : undefined;
  api.ended(parameters, data === undefined ? (fault?.status ?? 404) : 200);
  if (data === undefined) return fail(response, fault === undefined ? noSuchFile() : failureOf(fault));
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': data.length });
  response.end(data);
}

async function run(
  api: Api,
  method: string,
  parameters: Parameters,
  response: http.ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const fault = api.fault(method);
  if (fault?.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (fault?.drop === 'before') return cut(api, parameters, response);
  if (fault?.body !== undefined) {
    api.ended(parameters, fault.status ?? 200, 'body of a test');
    response.writeHead(fault.status ?? 200, { 'content-type': 'text/html' }).end(fault.body);
    return;
  }
  try {
    if (fault?.status !== undefined) throw failureOf(fault);
    const result = await api.call(method, parameters, gone);
    if (fault?.drop === 'after' || fault?.dropAfter === true) return cut(api, parameters, response);
    api.ended(parameters, 200);
    reply(response, 200, { ok: true, result });
  } catch (thrown) {
    const failure = thrown instanceof ApiFailure ? thrown : new ApiFailure(500, `Internal Server Error: ${thrown}`);
    api.ended(parameters, failure.status, failure.message);
    fail(response, failure);
  }
}

function failureOf(fault: Fault): ApiFailure {
  const status = fault.status ?? 500;
  if (fault.retry_after === undefined) {
    return new ApiFailure(status, fault.description ?? http.STATUS_CODES[status] ?? 'Error');
  }
  const description = fault.description ?? `Too Many Requests: retry after ${fault.retry_after}`;
  return new ApiFailure(status, description, { retry_after: fault.retry_after });
}

function cut(api: Api, parameters: Parameters, response: http.ServerResponse): void {
  api.ended(parameters, -1, 'connection cut');
  response.destroy();
}

function fail(response: http.ServerResponse, failure: ApiFailure): void {
  const { status, message, parameters } = failure;
  const body = { ok: false, error_code: status, description: message };
  reply(response, status, parameters === undefined ? body : { ...body, parameters });
}

function reply(response: http.ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, headers).end(text);
}
