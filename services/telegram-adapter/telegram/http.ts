import { type ClientRequest, Agent as PlainAgent, request as plainRequest, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

/** The request did not leave this machine: nothing was done at the other side. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/** How long a call may stay without an answer, and an idle connection open, in milliseconds. */
const CALL_TIMEOUT_MS = 20_000;

/** Longer than the long poll of `getUpdates`. */
const POLL_TIMEOUT_MS = 75_000;

export interface TelegramHttp {
  /** What the client library needs of `fetch`: POST with a form, status and text back. */
  readonly fetch: typeof fetch;
  /** Cuts what is under way. */
  close(): void;
}

/**
 * HTTP on kept connections. The platform's own `fetch` costs several times the CPU for each call, and does not tell a
 * request that never left from one whose answer was lost.
 */
export function createTelegramHttp(baseUrl: string): TelegramHttp {
  const base = new URL(baseUrl);
  const secure = base.protocol === 'https:';
  const agentWith = (timeout: number): PlainAgent =>
    secure ? new TlsAgent({ keepAlive: true, timeout }) : new PlainAgent({ keepAlive: true, timeout });
  const calls = agentWith(CALL_TIMEOUT_MS);
  const polls = agentWith(POLL_TIMEOUT_MS);
  const send = secure ? tlsRequest : plainRequest;
  const hostname = base.hostname.replace(/^\[|\]$/g, '');
  const port = base.port === '' ? undefined : Number(base.port);

  const post = (url: string, init: RequestInit | undefined): Promise<Response> => {
    const body = String(init?.body ?? '');
    const options: RequestOptions = {
      method: 'POST',
      hostname,
      port,
      path: new URL(url).pathname,
      agent: url.endsWith('/getUpdates') ? polls : calls,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      },
    };
    return answerTo(send(options), body, init?.signal ?? undefined);
  };
  return {
    fetch: (input, init) => post(String(input), init),
    close: () => {
      calls.destroy();
      polls.destroy();
    },
  };
}

function answerTo(request: ClientRequest, body: string, signal: AbortSignal | undefined): Promise<Response> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      request.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const fail = (error: Error): void => {
      signal?.removeEventListener('abort', onAbort);
      reject(wasNotSent(error) ? new NotSentError(codeOf(error) ?? 'no connection') : error);
    };
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', fail);
      response.on('end', () => {
        signal?.removeEventListener('abort', onAbort);
        const answer = { status: response.statusCode ?? 0, text: () => Promise.resolve(text) };
        resolve(answer as Response);
      });
    });
    request.on('timeout', () => request.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })));
    request.on('error', fail);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    request.end(body);
  });
}

/** Errors of finding and reaching the server come before anything is written. */
function wasNotSent(error: Error): boolean {
  const syscall = 'syscall' in error ? error.syscall : undefined;
  const code = codeOf(error) ?? '';
  return (
    syscall === 'connect' || syscall === 'getaddrinfo' || /^(ERR_TLS|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/.test(code)
  );
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
