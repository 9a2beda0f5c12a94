import {
  createServer as createHttp1,
  type Server as Http1Server,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  createServer as createHttp2,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { type AddressInfo, createServer as createPlain, type Server, type Socket } from 'node:net';
import { createServer as createTls, type TLSSocket } from 'node:tls';
import { prefaceOf } from './preface.ts';

/** Answers a request of either version. */
export type Answer = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void;

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. Without it the port speaks plaintext. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly answer: Answer;
}

/** The open port of the public edge. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections, lets calls end within `graceMs`, then cuts what is left. */
  stop(graceMs: number): Promise<void>;
}

/** For the first bytes, a TLS handshake and the headers of a request. */
const FIRST_BYTES_MS = 10_000;
const HEADERS_BYTES = 16 * 1024;
const IDLE_HTTP1_MS = 60_000;
const IDLE_HTTP2_MS = 300_000;
const MAX_CONNECTIONS = 4_096;
const MAX_STREAMS = 128;

/**
 * Opens the one port of the public edge. HTTP/1.1 and HTTP/2 share it: told apart by ALPN with TLS, else by their first
 * bytes. Rejects with the error of the operating system, such as EADDRINUSE.
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const http1 = http1Server(options.answer);
  const { http2, sessions } = http2Server(options.answer);
  const speak = (socket: Socket, version: 'http1' | 'http2'): void => {
    (version === 'http2' ? http2 : http1).emit('connection', socket);
  };
  const sockets = new Set<Socket>();
  const port = options.tls === undefined ? createPlain() : createTls({ ...options.tls, ...TLS });
  port.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    if (options.tls === undefined) readPreface(socket, speak);
  });
  port.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => socket.destroy());
    speak(socket, socket.alpnProtocol === 'h2' ? 'http2' : 'http1');
  });
  port.maxConnections = MAX_CONNECTIONS;
  await opened(port, options);
  // The HTTP/1.1 server gets its sockets from here and never listens; its watch over slow headers starts with this event.
  http1.emit('listening');

  return {
    port: (port.address() as AddressInfo).port,
    stop: async (graceMs) => {
      const closed = new Promise<void>((resolve) => port.close(() => resolve()));
      http1.close();
      http1.closeIdleConnections();
      for (const session of sessions) session.close();
      const cut = setTimeout(() => sockets.forEach((socket) => void socket.destroy()), graceMs);
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      await closed;
      clearTimeout(cut);
    },
  };
}

const TLS = { ALPNProtocols: ['h2', 'http/1.1'], minVersion: 'TLSv1.2', handshakeTimeout: FIRST_BYTES_MS } as const;

/** Waits for enough bytes to tell the protocol, puts them back, and hands the connection on. */
function readPreface(socket: Socket, speak: (socket: Socket, version: 'http1' | 'http2') => void): void {
  const giveUp = (): void => void socket.destroy();
  socket.setTimeout(FIRST_BYTES_MS, giveUp);
  let seen = Buffer.alloc(0);
  socket.on('readable', function read() {
    const bytes: Buffer | null = socket.read();
    if (bytes === null) return;
    seen = Buffer.concat([seen, bytes]);
    const preface = prefaceOf(seen);
    if (preface === 'more') return;
    socket.off('readable', read);
    socket.off('timeout', giveUp);
    socket.setTimeout(0);
    socket.unshift(seen);
    speak(socket, preface);
  });
}

function http1Server(answer: Answer): Http1Server {
  const server = createHttp1(
    {
      maxHeaderSize: HEADERS_BYTES,
      headersTimeout: FIRST_BYTES_MS,
      requestTimeout: 120_000,
      keepAliveTimeout: IDLE_HTTP1_MS,
      connectionsCheckingInterval: 5_000,
      requireHostHeader: true,
    },
    answer,
  );
  server.maxHeadersCount = 100;
  return server;
}

function http2Server(answer: Answer): { http2: Http2Server; sessions: Set<ServerHttp2Session> } {
  const http2 = createHttp2(
    {
      maxSessionMemory: 32,
      maxHeaderListPairs: 100,
      unknownProtocolTimeout: FIRST_BYTES_MS,
      settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: HEADERS_BYTES, initialWindowSize: 1024 * 1024 },
    },
    answer,
  );
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.setTimeout(IDLE_HTTP2_MS, () => session.close());
  });
  http2.on('sessionError', (_error, session) => session.destroy());
  return { http2, sessions };
}

function opened(port: Server, { host, port: number }: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    port.once('error', reject);
    port.listen({ host, port: number }, () => {
      port.off('error', reject);
      resolve();
    });
  });
}
