// How the provider double answers one request.
import type { IncomingHttpHeaders } from 'node:http';

/** An error answer with OpenAI's error body. */
export interface ProviderError {
  readonly status: number;
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
  readonly param?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What one request meets. Nothing set: the double's own answer, at once, complete, with usage. */
export interface Script {
  /** Texts of the chunks; default: those of the answerer. */
  readonly tokens?: readonly string[];
  /** Wait before the first token, milliseconds. */
  readonly firstTokenMs?: number;
  /** Wait before each further token, milliseconds; 0, the default: all of them in one write. */
  readonly tokenMs?: number;
  /** Chunks of `reasoning_content` before the first token. */
  readonly thoughts?: readonly string[];
  /** Cut the connection after so many tokens, without finish_reason. */
  readonly cutAfter?: number;
  /** End cleanly after so many tokens, without finish_reason and without `[DONE]`. */
  readonly endAfter?: number;
  /** After so many tokens send nothing more and keep the connection; -1: not even the headers. */
  readonly hangAfter?: number;
  /** After so many tokens send a line that is no JSON, and go on. */
  readonly malformedAfter?: number;
  /** After so many tokens send an error event inside the stream and end. */
  readonly errorAfter?: number;
  /** Answer with an error, or with this one after `errorAfter` tokens. */
  readonly error?: ProviderError;
  /** Answer with these very bytes. */
  readonly body?: { readonly status: number; readonly contentType: string; readonly text: string };
  readonly finishReason?: 'stop' | 'length' | 'content_filter';
  /** Tokens to report; `none` reports nothing though asked. Default: words counted. */
  readonly usage?: 'none' | { readonly prompt_tokens: number; readonly completion_tokens: number };
  /** Send the stream in pieces of so many bytes, so that events and characters arrive torn. */
  readonly pieceBytes?: number;
  /** Send a comment line before each token, as some gateways do to keep connections open. */
  readonly comments?: boolean;
}

/** A piece of a message: text, or a picture. */
export interface ContentPart {
  readonly type: string;
  readonly text?: string;
  readonly image_url?: { readonly url: string };
}

/** One message of a chat completion request. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string | readonly ContentPart[] | null;
}

/** The body of a chat completion request. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly [option: string]: unknown;
}

/** What became of a request. */
export type RequestOutcome = 'active' | 'finished' | 'aborted' | 'cut' | 'error';

/** A request that the double got. */
export interface SeenRequest {
  readonly body: ChatRequest;
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  /** `aborted`: the client hung up before the answer had ended. */
  outcome: RequestOutcome;
  /** Tokens written so far. */
  tokensSent: number;
}

/** The text of a message, whatever its form. */
export function textOf(message: ChatMessage | undefined): string {
  const content = message?.content ?? '';
  if (typeof content === 'string') return content;
  return content.map(({ text }) => text ?? '').join('\n');
}
