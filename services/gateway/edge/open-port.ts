import { readFile } from 'node:fs/promises';
import { StartError } from '#lib/service/host.ts';
import type { GatewayConfig } from '../config.ts';
import { type Answer, type Listener, listen } from './listener.ts';

/** PEM. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads the TLS files, where they are set. Throws `StartError`. */
export async function readTls(config: GatewayConfig): Promise<TlsFiles | undefined> {
  if (config.tlsCertFile === undefined || config.tlsKeyFile === undefined) return undefined;
  const read = async (variable: string, file: string): Promise<Buffer> => {
    try {
      return await readFile(file);
    } catch (error) {
      throw new StartError(`${variable}: the file ${file} cannot be read (${(error as Error).message}).`);
    }
  };
  return {
    cert: await read('OTVET_TLS_CERT_FILE', config.tlsCertFile),
    key: await read('OTVET_TLS_KEY_FILE', config.tlsKeyFile),
  };
}

/** Opens OTVET_PORT. Throws `StartError`, which says what to do. */
export async function openPort(
  { host, port }: GatewayConfig,
  tls: TlsFiles | undefined,
  answer: Answer,
): Promise<Listener> {
  try {
    return await listen({ host, port, answer, ...(tls === undefined ? {} : { tls }) });
  } catch (error) {
    throw startErrorOf(error as NodeJS.ErrnoException, host, port);
  }
}

function startErrorOf(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const other = port < 60_000 ? port + 10 : 8080;
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        `OTVET_PORT: port ${port} of ${host} is in use. Stop what uses it, or take another: OTVET_PORT=${other}.`,
      );
    case 'EACCES':
      return new StartError(`OTVET_PORT: this user may not open port ${port}. Take one above 1023: OTVET_PORT=8080.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`OTVET_HOST: this machine has no address ${host}. Take 127.0.0.1, or one of its own.`);
    default:
      if (error.code?.startsWith('ERR_OSSL') || error.code?.startsWith('ERR_SSL')) {
        return new StartError('OTVET_TLS_CERT_FILE: the certificate and OTVET_TLS_KEY_FILE cannot be used together.');
      }
      return error;
  }
}

/** A host as it stands in an address that works on this machine. */
export function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
