import type { FinishReason, Message } from '#gen/otvet/llm/v1/generation_pb.ts';

/** What a model is asked, free of transport. */
export interface Prompt {
  readonly messages: readonly Message[];
  /** Room for the answer in tokens; 0 for no limit of ours. */
  readonly maxOutputTokens: number;
  /** The language of the question, BCP 47; empty where nobody knows. */
  readonly language: string;
  /** What the model writes, alone, when the passages do not hold the answer. Empty: it has no such word. */
  readonly refusalMarker: string;
}

/** Tokens as the model's owner counts them. */
export interface TokenCount {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** One step of a completion. */
export type Step =
  /** The model is alive but says nothing yet, as reasoning models do. */
  | { readonly kind: 'thinking' }
  /** More text, never empty. */
  | { readonly kind: 'delta'; readonly text: string }
  /** The end, once, and last. `usage` is undefined where the endpoint does not tell. */
  | { readonly kind: 'finished'; readonly reason: FinishReason; readonly usage: TokenCount | undefined };

/** A model that answers. */
export interface Model {
  /** Its name, as a request and a turn carry it. */
  readonly name: string;
  /**
   * One attempt at a completion: no retries, no time limits. Ends after `finished`, or throws `ModelFailure`. Aborting
   * the signal ends the work at the provider too and throws the signal's reason.
   */
  stream(prompt: Prompt, signal: AbortSignal): AsyncIterable<Step>;
}
