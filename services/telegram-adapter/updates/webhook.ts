import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '#lib/telemetry/log.ts';

/** Telegram's updates are a few kilobytes. */
const MOST_BYTES = 1_048_576;

export interface WebhookOptions {
  /** `host:port` to listen on; a port of 0 takes a free one. */
  readonly address: string;
  readonly log: Logger;
}

/** Where the updates of one bot come. */
export interface WebhookRoute {
  /** The path of the bot's public address. */
  readonly path: string;
  readonly secret: string;
  /** Stores an update. Undefined while updates cannot be taken. */
  readonly receive: () => ((update: unknown) => Promise<void>) | undefined;
}

export interface Webhook {
  /** With the real port. */
  readonly address: string;
  /** Takes the updates of a bot. Returns what ends that. */
  open(route: WebhookRoute): () => void;
  stop(): Promise<void>;
}

interface OpenRoute extends WebhookRoute {
  readonly expected: Buffer;
}

/** Takes updates that Telegram sends. 200 is the promise that an update is stored; all else makes Telegram send it again. */
export async function startWebhook(options: WebhookOptions): Promise<Webhook> {
  const routes = new Map<string, OpenRoute>();
  const server = createServer((request, response) => {
    takeUpdate(routes.get(request.url ?? ''), request)
      .catch((error: unknown) => {
        options.log.error({ err: error }, 'an update could not be stored; Telegram sends it again');
        return 503;
      })
      .then((status) => end(response, status));
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  await listen(server, options.address);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    address: family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`,
    open: (route) => {
      const opened = { ...route, expected: digest(route.secret) };
      routes.set(route.path, opened);
      return () => {
        if (routes.get(route.path) === opened) routes.delete(route.path);
      };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function takeUpdate(route: OpenRoute | undefined, request: IncomingMessage): Promise<number> {
  if (route === undefined) return 404;
  const given = request.headers['x-telegram-bot-api-secret-token'];
  const isKnown = timingSafeEqual(digest(typeof given === 'string' ? given : ''), route.expected);
  if (!isKnown) return 401;
  if (request.method !== 'POST') return 405;
  const receive = route.receive();
  if (receive === undefined) return 503;
  const body = await readBody(request);
  if (body === undefined) return 413;
  const update = parse(body);
  if (update === undefined) return 400;
  await receive(update);
  return 200;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function end(response: ServerResponse, status: number): void {
  // What was not read is not wanted: the connection ends with the answer.
  response.writeHead(status, status === 200 ? {} : { connection: 'close' }).end();
}

/** Of equal length for all texts, as a comparison in constant time needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function listen(server: Server, address: string): Promise<void> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(address.slice(at + 1)), host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
