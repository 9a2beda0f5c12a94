import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AnswerReader, type HttpAnswer } from './response.ts';

/** The request did not leave this machine: nothing was done at the other side. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/** Where a server listens. */
export interface Origin {
  readonly secure: boolean;
  /** Without the brackets of IPv6. */
  readonly hostname: string;
  readonly port: number;
}

interface Exchange {
  readonly reader: AnswerReader;
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One connection to a server; carries one request at a time. */
export class Connection {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  #exchange: Exchange | undefined;
  /** Called once, when the connection is gone. */
  onGone: () => void = () => undefined;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => this.#ended());
    socket.on('timeout', () => this.destroy(fault('no answer in time', 'ETIMEDOUT')));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      this.#fail(fault('the connection was cut', 'ECONNRESET'));
      this.onGone();
    });
  }

  /** Connects. Rejects with `NotSentError`. `timeoutMs` is for connecting, and for each answer. */
  static open({ secure, hostname, port }: Origin, timeoutMs: number, closing: AbortSignal): Promise<Connection> {
    const name = isIP(hostname) === 0 ? { servername: hostname } : {};
    const socket = secure
      ? connectTls({ host: hostname, port, ...name, ALPNProtocols: ['http/1.1'] })
      : connectPlain({ host: hostname, port });
    return new Promise((resolve, reject) => {
      const refuse = (error: Error): void => {
        closing.removeEventListener('abort', give);
        socket.destroy();
        reject(new NotSentError(codeOf(error)));
      };
      const late = (): void => refuse(fault('no connection in time', 'ETIMEDOUT'));
      const give = (): void => refuse(fault('closed', 'ECANCELED'));
      closing.addEventListener('abort', give, { once: true });
      socket.setTimeout(timeoutMs, late);
      socket.once('error', refuse);
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        socket.off('error', refuse);
        socket.off('timeout', late);
        closing.removeEventListener('abort', give);
        resolve(new Connection(socket, timeoutMs));
      });
    });
  }

  /** Sends a request, of ASCII characters only, and resolves with its answer. Rejects when the answer is lost. */
  exchange(request: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#exchange = { reader: new AnswerReader(), resolve, reject };
      this.#socket.setTimeout(this.#timeoutMs);
      this.#socket.ref();
      this.#socket.write(request, 'latin1');
    });
  }

  /** Waits for the next request for so long, and holds no process open meanwhile. */
  rest(ms: number): void {
    this.#socket.setTimeout(ms);
    this.#socket.unref();
  }

  destroy(error?: Error): void {
    if (error !== undefined) this.#fail(error);
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    // Nobody asked: whatever this is, the next answer could not be told from it.
    if (this.#exchange === undefined) {
      this.#socket.destroy();
      return;
    }
    try {
      const answer = this.#exchange.reader.push(chunk);
      if (answer !== undefined) this.#finish(answer);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #ended(): void {
    const answer = this.#exchange?.reader.end();
    if (answer !== undefined) this.#finish(answer);
    this.#socket.destroy();
  }

  #finish(answer: HttpAnswer): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.resolve(answer);
  }

  #fail(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.reject(error);
  }
}

function fault(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'no connection';
}
