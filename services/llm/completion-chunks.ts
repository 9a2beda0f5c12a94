import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { FinishReason } from '#gen/otvet/llm/v1/generation_pb.ts';
import { ModelFailure } from './failures.ts';
import type { Step, TokenCount } from './model.ts';

/** What endpoints of this family send beside what the package's types know. */
interface Chunk extends Partial<Pick<ChatCompletionChunk, 'usage'>> {
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly finish_reason?: string | null;
    readonly delta?: Piece | null;
    /** In place of `delta` where an endpoint does not stream. */
    readonly message?: Piece | null;
  }[];
}

interface Piece {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly reasoning?: string | null;
  readonly reasoning_content?: string | null;
}

/** Reads the chunks of one completion. */
export class CompletionReader {
  #finish: FinishReason | undefined;
  #usage: TokenCount | undefined;
  #said = false;

  /** True once the endpoint said why it stopped: the answer is whole, only its usage may still come. */
  get whole(): boolean {
    return this.#finish !== undefined;
  }

  /**
   * Steps of chunks that arrived together; their text is joined into one delta. Throws `ModelFailure` for an error that
   * the endpoint sends in mid-stream and for what is no JSON.
   */
  read(data: readonly string[]): Step[] {
    let text = '';
    let alive = false;
    for (const line of data) {
      if (line === '[DONE]') continue;
      const chunk = parse(line);
      if (chunk === undefined) throw this.#broken('its stream is malformed');
      if (chunk.error) throw this.#broken('it sent an error in mid-stream');
      if (chunk.usage) {
        this.#usage = {
          promptTokens: count(chunk.usage.prompt_tokens),
          completionTokens: count(chunk.usage.completion_tokens),
        };
      }
      const choice = chunk.choices?.[0];
      if (!choice) continue;
      const delta = choice.delta ?? choice.message;
      if (delta) {
        text += delta.content || delta.refusal || '';
        alive ||= Boolean(delta.reasoning || delta.reasoning_content);
      }
      if (choice.finish_reason === 'error') throw this.#broken('it sent an error in mid-stream');
      if (choice.finish_reason) this.#finish = finishReason(choice.finish_reason);
    }
    if (text !== '') {
      this.#said = true;
      return [{ kind: 'delta', text }];
    }
    return alive ? [{ kind: 'thinking' }] : [];
  }

  /** The last step. Throws `stream_cut` where the stream ended before the answer was whole. */
  end(): Step {
    if (this.#finish === undefined) throw new ModelFailure({ kind: 'stream_cut' });
    return { kind: 'finished', reason: this.#finish, usage: this.#usage };
  }

  /** In mid-answer the stream counts as cut, whatever broke it; before its first word the endpoint as unavailable. */
  #broken(detail: string): ModelFailure {
    return new ModelFailure(this.#said ? { kind: 'stream_cut' } : { kind: 'unavailable', detail });
  }
}

/** Undefined for what is no JSON object. The line itself is what people wrote: it goes into no error. */
function parse(line: string): Chunk | undefined {
  try {
    const chunk: unknown = JSON.parse(line);
    return typeof chunk === 'object' && chunk !== null ? chunk : undefined;
  } catch {
    return undefined;
  }
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function finishReason(word: string): FinishReason {
  if (word === 'length' || word === 'max_tokens') return FinishReason.LENGTH;
  return word === 'content_filter' ? FinishReason.CONTENT_FILTER : FinishReason.STOP;
}
