// A model provider of one's own: OpenAI-compatible chat completions on 127.0.0.1, as slow, broken or strict as a test wants.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { preciseNow } from './precise-now.ts';
import { quoteAnswer, tokensOf } from './provider/answerer.ts';
import { contextTooLong, errorBody, noSuchModel, unsupportedParameter, wrongKey } from './provider/errors.ts';
import { imageFault } from './provider/images.ts';
import { Listener, type ListeningScript, type SeenRecording } from './provider/listener.ts';
import {
  type ChatMessage,
  type ChatRequest,
  type ProviderError,
  type Script,
  type SeenRequest,
  textOf,
} from './provider/script.ts';
import { writeJson, writeStream, writeWhole } from './provider/stream.ts';
import { Watchers } from './waiting.ts';

export * as providerErrors from './provider/errors.ts';
export type { ListeningScript, SeenRecording } from './provider/listener.ts';
export type { ChatRequest, ProviderError, Script, SeenRequest } from './provider/script.ts';

/** Chooses the script of a request; `index` counts requests from 0. */
export type Scripting = (request: ChatRequest, index: number) => Script;

/** How to start a {@link ProviderDouble}. */
export interface ProviderDoubleOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The only key that is let in; default: any, or none. */
  readonly apiKey?: string;
  /** Models that exist; default: every name does, and `test-model` is listed. */
  readonly models?: readonly string[];
  /** Parameters that the models do not take, such as `max_tokens`: 400 unsupported_parameter. */
  readonly rejects?: readonly string[];
  /** Longest prompt in tokens (4 characters each): 400 context_length_exceeded beyond. */
  readonly contextTokens?: number;
  /** The answer where a script gives no tokens; default: quotes from the prompt's passages, with their ids. */
  readonly answer?: (request: ChatRequest) => string;
  /** False: models that see no pictures refuse them as OpenAI's do. */
  readonly seesImages?: boolean;
  /** Models that write down speech; default `gpt-transcribe` and `whisper-1`. */
  readonly transcriptionModels?: readonly string[];
  /** Keep the requests; default true. Off for long loads. */
  readonly keepRequests?: boolean;
}

/** How many requests there were, by what became of them. */
export interface RequestCounts {
  readonly total: number;
  readonly active: number;
  readonly finished: number;
  /** The client hung up before the answer had ended. */
  readonly aborted: number;
  readonly cut: number;
  readonly error: number;
  /** Most at one time. */
  readonly mostActive: number;
}

/** Starts a provider. */
export async function startProviderDouble(options: ProviderDoubleOptions = {}): Promise<ProviderDouble> {
  const double = new ProviderDouble(options);
  await double.listen(options.port ?? 0);
  return double;
}

/** An OpenAI-compatible provider: `/v1/chat/completions` (streaming and plain), `/v1/audio/transcriptions`, `/v1/models`. */
export class ProviderDouble implements AsyncDisposable {
  readonly #options: ProviderDoubleOptions;
  readonly #server: http.Server;
  readonly #watchers = new Watchers();
  readonly #requests: SeenRequest[] = [];
  readonly #counts = { total: 0, active: 0, finished: 0, aborted: 0, cut: 0, error: 0, mostActive: 0 };
  readonly #listener: Listener;
  #next: Script[] = [];
  #always: Scripting = () => ({});

  constructor(options: ProviderDoubleOptions) {
    this.#options = options;
    this.#listener = new Listener(options.transcriptionModels ?? ['gpt-transcribe', 'whisper-1']);
    this.#server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => void this.#route(request, Buffer.concat(chunks), response));
    });
  }

  /** What goes into OPENAI_BASE_URL, such as `http://127.0.0.1:40002/v1`. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Opens the port; {@link startProviderDouble} has done it. */
  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  /** A list: the next requests follow it, one each. One script or a function: all requests after those. */
  script(script: Script | readonly Script[] | Scripting): void {
    if (typeof script === 'function') this.#always = script;
    else if (isList(script)) this.#next.push(...script);
    else this.#always = () => script;
  }

  /** Back to its own answers. */
  resetScript(): void {
    this.#next = [];
    this.#always = () => ({});
  }

  /** The next recordings meet these, one each; after them, what each recording holds is heard. */
  hear(...scripts: readonly ListeningScript[]): void {
    this.#listener.script(scripts);
  }

  /** Recordings that came, oldest first. */
  recordings(): readonly SeenRecording[] {
    return this.#listener.seen;
  }

  /** Requests for completions, oldest first. */
  requests(): readonly SeenRequest[] {
    return this.#requests;
  }

  /** Counts since the start. */
  counts(): RequestCounts {
    return { ...this.#counts };
  }

  /** Resolves with the first value of `look` that is neither undefined nor false; what it throws counts as "not yet". */
  waitFor<T>(look: () => T | undefined | false, ms = 5000): Promise<T> {
    return this.#watchers.waitFor(look, ms, () => `Requests at the provider: ${JSON.stringify(this.#counts)}`);
  }

  /** Cuts all connections and frees the port. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #route(request: http.IncomingMessage, sent: Buffer, response: http.ServerResponse): Promise<void> {
    const { apiKey } = this.#options;
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
      refuse(response, wrongKey);
    } else if (request.method === 'GET' && request.url === '/v1/models') {
      const data = (this.#options.models ?? ['test-model']).map((id) => ({
        id,
        object: 'model',
        created: 0,
        owned_by: 'test',
      }));
      writeJson(response, 200, { object: 'list', data });
    } else if (request.method === 'POST' && request.url?.split('?', 1)[0] === '/v1/chat/completions') {
      const body = readRequest(sent.toString('utf8'));
      if (body === undefined) refuse(response, malformedRequest);
      else await this.#complete(body, request, response);
    } else if (request.method === 'POST' && request.url === '/v1/audio/transcriptions') {
      await this.#listener.answer(request, sent, response);
      this.#watchers.changed();
    } else {
      refuse(response, { ...malformedRequest, status: 404, message: `Invalid URL (${request.method} ${request.url})` });
    }
  }

  async #complete(body: ChatRequest, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const seen: SeenRequest = { body, headers: request.headers, at: preciseNow(), outcome: 'active', tokensSent: 0 };
    if (this.#options.keepRequests !== false) this.#requests.push(seen);
    this.#begin();
    response.once('close', () => this.#ended(seen));
    const script = this.#next.shift() ?? this.#always(body, this.#counts.total - 1);
    const error = this.#fault(body) ?? (script.errorAfter === undefined ? script.error : undefined);
    if (script.hangAfter === -1 && error === undefined) return;
    if (error !== undefined) {
      if (script.firstTokenMs && !(await pausing(response)(script.firstTokenMs))) return;
      seen.outcome = 'error';
      refuse(response, error);
      return;
    }
    if (script.body !== undefined) {
      seen.outcome = 'error';
      response.writeHead(script.body.status, { 'content-type': script.body.contentType }).end(script.body.text);
      return;
    }
    const tokens = script.tokens ?? tokensOf((this.#options.answer ?? quoteAnswer)(body));
    const write = body.stream === true ? writeStream : writeWhole;
    await write(response, body, script, tokens, seen, pausing(response));
  }

  /** What this provider holds against a request, whatever the script. */
  #fault(body: ChatRequest): ProviderError | undefined {
    const { models, rejects, contextTokens, seesImages } = this.#options;
    if (models !== undefined && !models.includes(body.model)) return noSuchModel(body.model);
    const rejected = rejects?.find((name) => body[name] !== undefined);
    if (rejected !== undefined) return unsupportedParameter(rejected);
    const image = imageFault(body.messages, seesImages !== false);
    if (image !== undefined) return image;
    if (contextTokens === undefined) return undefined;
    const tokens = Math.ceil(body.messages.reduce((sum, message) => sum + textOf(message).length, 0) / 4);
    return tokens > contextTokens ? contextTooLong(contextTokens, tokens) : undefined;
  }

  #begin(): void {
    this.#counts.total += 1;
    this.#counts.active += 1;
    this.#counts.mostActive = Math.max(this.#counts.mostActive, this.#counts.active);
    this.#watchers.changed();
  }

  #ended(seen: SeenRequest): void {
    if (seen.outcome === 'active') seen.outcome = 'aborted';
    this.#counts.active -= 1;
    this.#counts[seen.outcome] += 1;
    this.#watchers.changed();
  }
}

const malformedRequest: ProviderError = {
  status: 400,
  message: 'We could not parse the JSON body of your request.',
  type: 'invalid_request_error',
  code: null,
};

const isList = (script: Script | readonly Script[]): script is readonly Script[] => Array.isArray(script);

function refuse(response: http.ServerResponse, error: ProviderError): void {
  writeJson(response, error.status, errorBody(error), error.headers);
}

function readRequest(text: string): ChatRequest | undefined {
  try {
    const body = JSON.parse(text) as Partial<ChatRequest>;
    const known =
      typeof body.model === 'string' &&
      Array.isArray(body.messages) &&
      body.messages.length > 0 &&
      body.messages.every(isMessage);
    return known ? (body as ChatRequest) : undefined;
  } catch {
    return undefined;
  }
}

function isMessage(value: ChatMessage): boolean {
  const roles = ['system', 'developer', 'user', 'assistant', 'tool'];
  return roles.includes(value.role) && (typeof value.content === 'string' || Array.isArray(value.content));
}

/** Waits that end early, with false, when the client hangs up. */
function pausing(response: http.ServerResponse): (ms: number) => Promise<boolean> {
  return (ms) =>
    new Promise((resolve) => {
      if (response.destroyed) {
        resolve(false);
        return;
      }
      const gone = (): void => {
        clearTimeout(timer);
        resolve(false);
      };
      const timer = setTimeout(() => {
        response.off('close', gone);
        resolve(true);
      }, ms);
      response.once('close', gone);
    });
}
