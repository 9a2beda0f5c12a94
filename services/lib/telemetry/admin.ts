import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoggableError } from '#lib/telemetry/error.ts';
import type { Metrics } from '#lib/telemetry/metrics.ts';

/** Whether each service of the process takes calls, by name. */
export type Readiness = Readonly<Record<string, boolean>>;

export interface AdminServer {
  /** `host:port`, with the real port. */
  readonly address: string;
  /** Answers what was asked, then closes. */
  stop(): Promise<void>;
}

export interface AdminOptions {
  /** `host:port`; port 0 takes a free one. Plain HTTP, not for public networks. */
  readonly address: string;
  readonly metrics: Metrics;
  readonly ready: () => Readiness;
}

/**
 * Serves `/livez` (200 while the event loop turns, whatever else fails), `/readyz` (200 when all services are ready,
 * else 503, naming each) and `/metrics`. Rejects with a one-line `LoggableError` when the address cannot be taken.
 */
export async function startAdminServer(options: AdminOptions): Promise<AdminServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch(() => {
      response.writeHead(500).end();
    });
  });
  const split = options.address.lastIndexOf(':');
  const host = options.address.slice(0, split);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const why = 'code' in error && error.code === 'EADDRINUSE' ? 'it is in use' : error.message;
      const advice = 'Name another for /livez, /readyz and /metrics, such as 127.0.0.1:8091.';
      reject(new LoggableError(`OTVET_ADMIN_ADDRESS: cannot listen on ${options.address}: ${why}. ${advice}`));
    });
    server.listen(Number(options.address.slice(split + 1)), host.replace(/^\[|\]$/g, ''), resolve);
  });
  // Probes alone do not keep a process from ending.
  server.unref();
  return {
    address: `${host}:${(server.address() as AddressInfo).port}`,
    stop() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
    },
  };
}

async function answer(options: AdminOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  switch (request.url?.split('?')[0]) {
    case '/livez':
      return send(response, 200, 'text/plain', 'ok\n');
    case '/readyz': {
      const readiness = options.ready();
      const ready = Object.values(readiness).every(Boolean);
      return send(
        response,
        ready ? 200 : 503,
        'application/json',
        `${JSON.stringify({ ready, services: readiness })}\n`,
      );
    }
    case '/metrics':
      return send(response, 200, options.metrics.contentType, await options.metrics.metrics());
    default:
      return send(response, 404, 'text/plain', 'Here are /livez, /readyz and /metrics.\n');
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
