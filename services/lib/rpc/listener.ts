import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { type LiveIdentity, liveIdentity, type ServiceIdentity, type TlsIdentity } from '#lib/certificates/identity.ts';
import { LoggableError } from '#lib/telemetry/error.ts';

/** Where a server's connections come in. */
export interface Listener {
  /** `host:port`, with the real port. */
  readonly address: string;
  /** Takes no more connections; those there are stay. */
  close(): void;
}

/** How long the handshake of a connection may take, in milliseconds. */
const HANDSHAKE_MS = 10_000;

/**
 * Listens for HTTP/2 connections: over mutual TLS, with the newest certificate for each new connection, or, behind a
 * sidecar, in plain text. It is not grpc-js that listens, because it says nothing about peers that TLS refuses and cannot
 * change its certificate. Rejects with a one-line `LoggableError` when the address cannot be taken.
 */
export async function listen(
  service: string,
  address: string,
  identity: ServiceIdentity,
  onConnection: (socket: Socket) => void,
): Promise<Listener> {
  if (!('sidecar' in identity)) return listenWithTls(address, liveIdentity(identity), onConnection);
  const plain = createServer({ noDelay: true }, onConnection);
  const colon = address.lastIndexOf(':');
  const own = identity.anyAddress ? address : `127.0.0.1${address.slice(colon)}`;
  const bound = await bind(plain, service, own);
  return { address: bound, close: () => plain.close() };
}

async function listenWithTls(
  address: string,
  identity: LiveIdentity,
  onConnection: (socket: Socket) => void,
): Promise<Listener> {
  const server = createTlsServer({
    ...contextOf(identity.now()),
    ALPNProtocols: ['h2'],
    requestCert: true,
    // Node would drop strangers without a word; they are dropped below, before a byte of theirs is read.
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_MS,
    noDelay: true,
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    // A connection may break at any time: its calls end by that.
    socket.on('error', () => socket.destroy());
    if (socket.authorized) return onConnection(socket);
    identity.refused(`the certificate of the caller is not accepted: ${reasonOf(socket.authorizationError)}`);
    socket.destroy();
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    // Scanners and probes of the port break off before they show anything.
    if (error.code?.startsWith('ERR_SSL_')) identity.refused(`a caller broke off the handshake: ${error.code}`);
  });
  const bound = await bind(server, identity.service, address);
  const forget = identity.onChange(() => server.setSecureContext(contextOf(identity.now())));
  return {
    address: bound,
    close() {
      forget();
      server.close();
    },
  };
}

function contextOf({ certificate, key, authority }: TlsIdentity): SecureContextOptions {
  return { cert: certificate, key, ca: authority, minVersion: 'TLSv1.2' };
}

/** Such as `CERT_HAS_EXPIRED`. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);
}

function bind(server: Server, service: string, address: string): Promise<string> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new LoggableError(`${service} cannot listen on ${address}: ${error.message}`)),
    );
    server.listen(Number(address.slice(colon + 1)), host.replace(/^\[|\]$/g, ''), () => {
      resolve(`${host}:${(server.address() as AddressInfo).port}`);
    });
  });
}
