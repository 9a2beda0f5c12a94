// Writing an answer: as server-sent events, or plain.
import type { ServerResponse } from 'node:http';
import { errorBody, serverError } from './errors.ts';
import { type ChatRequest, type Script, type SeenRequest, textOf } from './script.ts';

/** Waits `ms`; false when the client has hung up meanwhile. */
export type Pause = (ms: number) => Promise<boolean>;

const ID = 'chatcmpl-double';

/** Streams an answer as its script says. Resolves when it is written; a hanging one never does. */
export async function writeStream(
  response: ServerResponse,
  request: ChatRequest,
  script: Script,
  tokens: readonly string[],
  seen: SeenRequest,
  pause: Pause,
): Promise<void> {
  if (script.firstTokenMs && !(await pause(script.firstTokenMs))) return;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const events = new Events(response, request, script);
  events.add(events.chunk({ role: 'assistant', content: '' }));
  for (const thought of script.thoughts ?? []) events.add(events.chunk({ reasoning_content: thought }));
  for (const [index, token] of tokens.entries()) {
    if (index > 0 && script.tokenMs) {
      events.flush();
      if (!(await pause(script.tokenMs))) return;
    }
    if (endsAt(index, script, events, seen)) return;
    if (script.comments) events.add(': keep-alive\n\n');
    if (script.malformedAfter === index) events.add('data: {"choices": [{"delta": {"conte\n\n');
    events.add(events.chunk({ content: token }));
    seen.tokensSent += 1;
  }
  if (endsAt(tokens.length, script, events, seen)) return;
  events.add(events.chunk({}, script.finishReason ?? 'stop'));
  const usage = request.stream_options?.include_usage === true ? usageOf(script, request, tokens) : undefined;
  if (usage !== undefined) events.add(events.event({ choices: [], usage }));
  events.add('data: [DONE]\n\n');
  seen.outcome = 'finished';
  events.end();
}

/** Writes an answer as one JSON object. */
export async function writeWhole(
  response: ServerResponse,
  request: ChatRequest,
  script: Script,
  tokens: readonly string[],
  seen: SeenRequest,
  pause: Pause,
): Promise<void> {
  const wait = (script.firstTokenMs ?? 0) + (script.tokenMs ?? 0) * Math.max(0, tokens.length - 1);
  if (wait > 0 && !(await pause(wait))) return;
  if (script.hangAfter !== undefined) return;
  if (script.cutAfter !== undefined) {
    seen.outcome = 'cut';
    response.destroy();
    return;
  }
  const message = { role: 'assistant', content: tokens.join(''), refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: script.finishReason ?? 'stop' }];
  const usage = usageOf(script, request, tokens);
  const created = Math.floor(Date.now() / 1000);
  const body = { id: ID, object: 'chat.completion', created, model: request.model, choices };
  seen.tokensSent = tokens.length;
  seen.outcome = 'finished';
  writeJson(response, 200, usage === undefined ? body : { ...body, usage });
}

/** Writes a JSON answer. */
export function writeJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Ends, cuts or leaves the stream where the script says so. */
function endsAt(index: number, script: Script, events: Events, seen: SeenRequest): boolean {
  if (script.hangAfter === index) {
    events.flush();
    return true;
  }
  if (script.cutAfter === index) {
    seen.outcome = 'cut';
    events.cut();
    return true;
  }
  if (script.errorAfter === index) {
    seen.outcome = 'error';
    events.add(`data: ${JSON.stringify(errorBody(script.error ?? serverError))}\n\n`);
    events.end();
    return true;
  }
  if (script.endAfter === index) {
    seen.outcome = 'finished';
    events.end();
    return true;
  }
  return false;
}

/** Server-sent events, gathered until they are flushed, so that what belongs together is one write. */
class Events {
  readonly #response: ServerResponse;
  readonly #prefix: string;
  readonly #pieceBytes: number | undefined;
  readonly #withUsage: boolean;
  #gathered = '';

  constructor(response: ServerResponse, request: ChatRequest, { pieceBytes }: Script) {
    this.#response = response;
    this.#pieceBytes = pieceBytes;
    this.#withUsage = request.stream_options?.include_usage === true;
    const created = Math.floor(Date.now() / 1000);
    const head = JSON.stringify({ id: ID, object: 'chat.completion.chunk', created, model: request.model });
    this.#prefix = `data: ${head.slice(0, -1)},`;
  }

  /** An event with fields beside those that every chunk has. */
  event(fields: object): string {
    return `${this.#prefix}${JSON.stringify(fields).slice(1)}\n\n`;
  }

  /** An event with one choice. */
  chunk(delta: object, finishReason: string | null = null): string {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }];
    // Where usage was asked for, each chunk but the last has it as null.
    return this.event(this.#withUsage ? { choices, usage: null } : { choices });
  }

  add(text: string): void {
    this.#gathered += text;
  }

  flush(): void {
    if (this.#gathered !== '') this.#write(this.#gathered);
    this.#gathered = '';
  }

  end(): void {
    if (this.#pieceBytes === undefined) this.#response.end(this.#gathered);
    else {
      this.flush();
      this.#response.end();
    }
    this.#gathered = '';
  }

  /** Sends what is gathered, then cuts the connection so that the client has what came before. */
  cut(): void {
    const response = this.#response;
    response.write(this.#gathered === '' ? ': \n\n' : this.#gathered, () => {
      response.socket?.destroySoon();
    });
  }

  #write(text: string): void {
    const size = this.#pieceBytes;
    if (size === undefined) {
      this.#response.write(text);
      return;
    }
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) this.#response.write(bytes.subarray(at, at + size));
  }
}

interface UsageReport {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

function usageOf({ usage }: Script, { messages }: ChatRequest, tokens: readonly string[]): UsageReport | undefined {
  if (usage === 'none') return undefined;
  const characters = messages.reduce((sum, message) => sum + textOf(message).length, 0);
  const prompt_tokens = usage?.prompt_tokens ?? Math.ceil(characters / 4) + 4 * messages.length;
  const completion_tokens = usage?.completion_tokens ?? tokens.length;
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
