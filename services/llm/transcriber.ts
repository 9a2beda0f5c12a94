import type { APIError, OpenAI } from 'openai';
import type { Clock } from '#lib/clock.ts';
import { audioFileName, languageCode } from './audio-format.ts';
import { connectionFailure, failureOf } from './endpoint-errors.ts';
import { type Failure, ModelFailure } from './failures.ts';

/** A recording. */
export interface Recording {
  readonly audio: Uint8Array;
  readonly mimeType: string;
  /** The language that is most likely spoken, BCP 47; empty where nobody knows. */
  readonly language: string;
}

/** What was heard: `language` is empty and `seconds` is 0 where the endpoint does not tell. */
export interface Transcript {
  readonly text: string;
  readonly language: string;
  readonly seconds: number;
}

/** A model that writes down speech. */
export interface Transcriber {
  readonly name: string;
  /** One attempt. Throws `ModelFailure`, or the signal's reason once it aborted. */
  transcribe(recording: Recording, signal: AbortSignal): Promise<Transcript>;
}

export interface TranscriberOptions {
  readonly model: string;
  readonly apiKey: string | undefined;
  /** Undefined for OpenAI itself. */
  readonly baseUrl: string | undefined;
  readonly clock: Clock;
}

/** What endpoints of this family answer: more or less of it, by model and format. */
interface Answer {
  readonly text?: unknown;
  readonly language?: unknown;
  readonly languages?: readonly { readonly code?: unknown }[];
  readonly duration?: unknown;
  readonly usage?: { readonly seconds?: unknown };
}

/** Longer than any limit of ours: the package's own time-out never ends a call. */
const NO_TIMEOUT_MS = 3_600_000;

/** The `audio/transcriptions` of an OpenAI-compatible endpoint. */
export class EndpointTranscriber implements Transcriber {
  readonly name: string;
  readonly #client: OpenAI;
  readonly #sdk: typeof OpenAI;
  readonly #clock: Clock;

  private constructor(options: TranscriberOptions, sdk: typeof OpenAI) {
    this.name = options.model;
    this.#clock = options.clock;
    this.#sdk = sdk;
    this.#client = new sdk({
      apiKey: options.apiKey ?? 'none',
      baseURL: options.baseUrl,
      maxRetries: 0,
      timeout: NO_TIMEOUT_MS,
      logLevel: 'off',
    });
  }

  /** Loads the package. Calls nobody yet. */
  static async open(options: TranscriberOptions): Promise<EndpointTranscriber> {
    const { OpenAI: sdk } = await import('openai');
    return new EndpointTranscriber(options, sdk);
  }

  async transcribe({ audio, mimeType, language }: Recording, signal: AbortSignal): Promise<Transcript> {
    const name = audioFileName(mimeType);
    if (name === undefined) throw new ModelFailure({ kind: 'audio_rejected', detail: 'its format is not supported' });
    const file = new File([new Uint8Array(audio)], name, { type: mimeType });
    const spoken = /^[a-z]{2}(?![a-z])/.exec(language.toLowerCase())?.[0];
    try {
      const answer = await this.#client.audio.transcriptions.create(
        {
          file,
          model: this.name,
          // Only this family tells language and length, and only in this form.
          response_format: /whisper/i.test(this.name) ? 'verbose_json' : 'json',
          ...(spoken === undefined ? {} : { language: spoken }),
        },
        { signal },
      );
      return read(answer);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof ModelFailure) throw error;
      throw new ModelFailure(this.#failure(error), { cause: error instanceof this.#sdk.APIError ? undefined : error });
    }
  }

  #failure(error: unknown): Failure {
    if (error instanceof this.#sdk.APIConnectionError) return connectionFailure(rootOf(error));
    if (!(error instanceof this.#sdk.APIError)) return { kind: 'unavailable', detail: 'it sent what is no transcript' };
    return refusal(error, this.#clock.now());
  }
}

/** What a refusal of `audio/transcriptions` means. */
function refusal(error: APIError, now: number): Failure {
  const failure = failureOf(error, now);
  if (failure.kind === 'rejected_prompt') return { kind: 'audio_rejected', detail: `HTTP ${failure.status}` };
  if (failure.kind === 'rejected_credentials' && failure.status === 404) {
    const detail = 'the endpoint knows no such model or cannot transcribe; check OPENAI_TRANSCRIPTION_MODEL';
    return { kind: 'transcription_unavailable', detail };
  }
  return failure;
}

function read(answer: unknown): Transcript {
  const { text, language, languages, duration, usage } = (answer ?? {}) as Answer;
  if (typeof text !== 'string') {
    throw new ModelFailure({ kind: 'unavailable', detail: 'it sent what is no transcript' });
  }
  const told = typeof language === 'string' ? language : languages?.[0]?.code;
  const seconds = [duration, usage?.seconds].map(Number).find((value) => Number.isFinite(value) && value > 0) ?? 0;
  return { text: text.trim(), language: typeof told === 'string' ? languageCode(told) : '', seconds };
}

/** The innermost cause: the system's own error, which names the code. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  return root;
}
