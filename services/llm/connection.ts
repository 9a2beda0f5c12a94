import { type ClientRequest, type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

/** Posts to one address over connections that are kept. */
export class Connection implements Disposable {
  readonly #url: URL;
  readonly #agent: PlainAgent | TlsAgent;

  constructor(url: URL) {
    this.#url = url;
    const options = { keepAlive: true, maxSockets: 512, scheduling: 'lifo' } as const;
    this.#agent = url.protocol === 'https:' ? new TlsAgent(options) : new PlainAgent(options);
  }

  /**
   * The response once its headers are there; its body is UTF-8 text to be read. Aborting the signal, then or later,
   * closes the request and fails what is being read. A kept connection that the other end had closed is tried anew once.
   */
  async post(headers: Readonly<Record<string, string>>, body: Buffer, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await this.#send(headers, body, signal);
    } catch (error) {
      if (!(error instanceof StaleConnection) || signal.aborted) throw error;
      return await this.#send(headers, body, signal);
    }
  }

  /** Closes idle connections at once and takes no more. */
  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #send(headers: Readonly<Record<string, string>>, body: Buffer, signal: AbortSignal): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    if (signal.aborted) {
      reject(signal.reason);
      return promise;
    }
    const make = this.#url.protocol === 'https:' ? tlsRequest : plainRequest;
    const request = make(this.#url, {
      method: 'POST',
      agent: this.#agent,
      headers: { ...headers, 'content-length': body.length },
    });
    const abort = (): void => void request.destroy(new Error('aborted'));
    signal.addEventListener('abort', abort, { once: true });
    request.once('close', () => signal.removeEventListener('abort', abort));
    request.once('response', (response) => {
      response.setEncoding('utf8');
      resolve(response);
    });
    // Not once: an error after the response has begun reaches the body's reader, and here it must not be unhandled.
    request.on('error', (error) => reject(isStale(request, error) ? new StaleConnection(error) : error));
    request.end(body);
    return promise;
  }
}

class StaleConnection extends Error {
  readonly code = 'ECONNRESET';
  constructor(cause: unknown) {
    super('the kept connection was closed', { cause });
  }
}

function isStale(request: ClientRequest, error: Error): boolean {
  return request.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
