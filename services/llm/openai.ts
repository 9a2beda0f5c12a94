import type { IncomingMessage } from 'node:http';
import type { OpenAI } from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { ReasoningEffort } from 'openai/resources/shared';
import type { Clock } from '#lib/clock.ts';
import { CompletionReader } from './completion-chunks.ts';
import { Connection } from './connection.ts';
import { type Dialect, firstDialect, without } from './dialect.ts';
import { connectionFailure, failureOf, refusesImages } from './endpoint-errors.ts';
import { ModelFailure } from './failures.ts';
import type { Model, Prompt, Step } from './model.ts';
import { imagesOf, toChatMessages } from './prompt.ts';
import { EventLines } from './server-sent-events.ts';

export interface EndpointOptions {
  readonly model: string;
  readonly apiKey: string | undefined;
  /** Undefined for OpenAI itself. */
  readonly baseUrl: string | undefined;
  readonly temperature: number | undefined;
  readonly reasoningEffort: string | undefined;
  readonly clock: Clock;
}

/** Once an answer is whole, how long its usage is waited for; and how long a drained connection may take to end. */
const AFTERMATH_MS = 1_000;
/** As much of an error's body as is read. */
const MAX_ERROR_CHARACTERS = 65_536;

/**
 * The chat completions of an OpenAI-compatible endpoint. The `openai` package makes the request's address and headers,
 * its types and its errors; the streaming is ours, because per answer of 50 tokens the package's costs 1.2 ms of CPU and
 * this 0.3 ms.
 */
export class EndpointModel implements Model, Disposable {
  readonly name: string;
  readonly #options: EndpointOptions;
  readonly #sdk: typeof OpenAI;
  readonly #connection: Connection;
  readonly #headers: Readonly<Record<string, string>>;
  #dialect: Dialect;

  private constructor(options: EndpointOptions, sdk: typeof OpenAI, url: string, headers: Headers) {
    this.name = options.model;
    this.#options = options;
    this.#sdk = sdk;
    this.#connection = new Connection(new URL(url));
    headers.delete('content-length');
    this.#headers = Object.fromEntries(headers);
    this.#dialect = firstDialect(options.baseUrl === undefined);
  }

  /** Loads the package, which a start without an endpoint is spared. Calls nobody yet. */
  static async open(options: EndpointOptions): Promise<EndpointModel> {
    const { OpenAI: sdk } = await import('openai');
    // A local model needs no key, but the package does.
    const client = new sdk({ apiKey: options.apiKey ?? 'none', baseURL: options.baseUrl, maxRetries: 0 });
    const { url, req } = await client.buildRequest({
      method: 'post',
      path: '/chat/completions',
      body: {},
      stream: true,
    });
    return new EndpointModel(options, sdk, url, new Headers(req.headers));
  }

  async *stream(prompt: Prompt, signal: AbortSignal): AsyncGenerator<Step> {
    const response = await this.#ask(prompt, signal);
    const reader = new CompletionReader();
    try {
      yield* readBody(response, reader);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof ModelFailure) throw error;
      // Otherwise the connection was lost: whether that matters, the reader's end says.
    }
    if (signal.aborted) throw signal.reason;
    yield reader.end();
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  /** Asks, and asks again at once without what the endpoint does not take. */
  async #ask(prompt: Prompt, signal: AbortSignal): Promise<IncomingMessage> {
    for (;;) {
      const dialect = this.#dialect;
      const response = await this.#post(this.#body(prompt, dialect), signal);
      if (response.statusCode === 200) return response;
      const error = await this.#errorOf(response, signal);
      if (hasImages(prompt) && refusesImages(error)) throw new ModelFailure({ kind: 'images_unsupported' });
      const failure = failureOf(error, this.#options.clock.now());
      const adapted = failure.kind === 'rejected_prompt' ? without(dialect, failure.parameter) : undefined;
      if (adapted === undefined) throw new ModelFailure(failure);
      this.#dialect = adapted;
    }
  }

  async #post(body: ChatCompletionCreateParamsStreaming, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await this.#connection.post(this.#headers, Buffer.from(JSON.stringify(body)), signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new ModelFailure(connectionFailure(error), { cause: error });
    }
  }

  #body(prompt: Prompt, dialect: Dialect): ChatCompletionCreateParamsStreaming {
    const { temperature, reasoningEffort } = this.#options;
    const limit = prompt.maxOutputTokens;
    return {
      model: this.name,
      messages: toChatMessages(prompt.messages),
      stream: true,
      ...(dialect.usage ? { stream_options: { include_usage: true } } : {}),
      ...(limit > 0 && dialect.limit !== 'none' ? { [dialect.limit]: limit } : {}),
      ...(temperature !== undefined && dialect.temperature ? { temperature } : {}),
      ...(reasoningEffort !== undefined && dialect.reasoningEffort
        ? { reasoning_effort: reasoningEffort as ReasoningEffort }
        : {}),
    };
  }

  async #errorOf(response: IncomingMessage, signal: AbortSignal): Promise<InstanceType<typeof OpenAI.APIError>> {
    let text = '';
    try {
      for await (const piece of response) if (text.length < MAX_ERROR_CHARACTERS) text += piece;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new ModelFailure(connectionFailure(error), { cause: error });
    }
    const headers = new Headers();
    for (const name of ['retry-after', 'retry-after-ms']) {
      const value = response.headers[name];
      if (typeof value === 'string') headers.set(name, value);
    }
    return this.#sdk.APIError.generate(response.statusCode, parsed(text), undefined, headers);
  }
}

function hasImages({ messages }: Prompt): boolean {
  return messages.some(({ parts }) => imagesOf(parts).length > 0);
}

/** The steps of a response's body, but for the last. Ends at `[DONE]`, at the body's end, or when usage does not come. */
async function* readBody(response: IncomingMessage, reader: CompletionReader): AsyncGenerator<Step> {
  const streamed = !String(response.headers['content-type']).startsWith('application/json');
  const lines = new EventLines();
  let body = '';
  let aftermath: NodeJS.Timeout | undefined;
  try {
    for await (const text of response.iterator({ destroyOnReturn: false })) {
      if (!streamed) {
        body += text;
        continue;
      }
      const data = lines.push(text);
      yield* reader.read(data);
      if (data.at(-1) === '[DONE]') break;
      if (reader.whole) aftermath ??= setTimeout(() => response.destroy(), AFTERMATH_MS);
    }
    yield* reader.read(streamed ? lines.end() : [body]);
  } finally {
    clearTimeout(aftermath);
    release(response, reader.whole);
  }
}

/** A whole answer's connection is drained to be kept; any other is closed, which ends the work at the endpoint. */
function release(response: IncomingMessage, whole: boolean): void {
  if (response.complete) return void response.resume();
  if (!whole) return void response.destroy();
  const timer = setTimeout(() => response.destroy(), AFTERMATH_MS);
  response.once('close', () => clearTimeout(timer));
  response.on('error', () => undefined);
  response.resume();
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
