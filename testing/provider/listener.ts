// Writing down speech: `/v1/audio/transcriptions` in OpenAI's forms.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorBody, invalidAudio, noSuchModel } from './errors.ts';
import type { ProviderError } from './script.ts';
import { writeJson } from './stream.ts';

/** What one recording meets. Nothing set: what it holds is heard. */
export interface ListeningScript {
  readonly text?: string;
  /** ISO 639-1; default `en`. */
  readonly language?: string;
  /** Default: a second for each 10 characters. */
  readonly seconds?: number;
  /** Only the text, as many compatible servers answer. */
  readonly textOnly?: boolean;
  readonly error?: ProviderError;
  /** Never answer. */
  readonly hang?: boolean;
}

/** A recording that came. */
export interface SeenRecording {
  readonly model: string;
  readonly fileName: string;
  readonly mimeType: string;
  readonly audio: Buffer;
  readonly language: string | undefined;
  readonly format: string;
  readonly authorization: string | undefined;
  /** True once the client hung up before there was an answer. */
  hungUp: boolean;
}

const ENDINGS = ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm'];
const MAX_BYTES = 25 * 1024 * 1024;

const refusal = (message: string, param: string, status = 400): ProviderError => ({
  status,
  message,
  type: 'invalid_request_error',
  code: null,
  param,
});

/** Hears in a recording the text that follows its first four bytes. */
export class Listener {
  readonly seen: SeenRecording[] = [];
  readonly #models: readonly string[];
  readonly #next: ListeningScript[] = [];

  constructor(models: readonly string[]) {
    this.#models = models;
  }

  script(scripts: readonly ListeningScript[]): void {
    this.#next.push(...scripts);
  }

  async answer(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const form = await readForm(request, body);
    const file = form?.get('file');
    if (form === undefined || !(file instanceof File)) {
      return refuse(response, refusal('Could not parse multipart form', 'file'));
    }
    const field = (name: string): string | undefined => form.get(name)?.toString();
    const seen: SeenRecording = {
      model: field('model') ?? '',
      fileName: file.name,
      mimeType: file.type,
      audio: Buffer.from(await file.arrayBuffer()),
      language: field('language'),
      format: field('response_format') ?? 'json',
      authorization: request.headers.authorization,
      hungUp: false,
    };
    this.seen.push(seen);
    response.once('close', () => {
      seen.hungUp = !response.writableFinished;
    });
    const script = this.#next.shift() ?? {};
    const error = script.error ?? this.#fault(seen);
    if (script.hang) return;
    if (error !== undefined) refuse(response, error);
    else writeJson(response, 200, answerOf(script, seen));
  }

  #fault({ model, fileName, audio, language, format }: SeenRecording): ProviderError | undefined {
    if (!this.#models.includes(model)) return noSuchModel(model);
    if (audio.length > MAX_BYTES) return refusal('Maximum content size limit exceeded', 'file', 413);
    if (audio.length < 5 || !ENDINGS.includes(fileName.split('.').at(-1) ?? '')) return invalidAudio;
    if (language !== undefined && !/^[a-z]{2}$/.test(language)) return refusal('Invalid language', 'language');
    const formats = model.startsWith('whisper') ? ['json', 'verbose_json', 'text', 'srt', 'vtt'] : ['json', 'text'];
    if (formats.includes(format)) return undefined;
    return refusal(`response_format '${format}' is not compatible with model '${model}'.`, 'response_format');
  }
}

function answerOf(script: ListeningScript, { audio, format }: SeenRecording): object {
  const text = script.text ?? audio.subarray(4).toString('utf8');
  if (script.textOnly) return { text };
  const language = script.language ?? 'en';
  const seconds = script.seconds ?? Math.ceil(text.length / 10);
  const usage = { type: 'duration', seconds };
  if (format !== 'verbose_json') return { text, languages: [{ code: language }], usage };
  const name = new Intl.DisplayNames('en', { type: 'language' }).of(language)?.toLowerCase();
  return { task: 'transcribe', language: name, duration: seconds, text, segments: [], usage };
}

async function readForm(request: IncomingMessage, body: Buffer): Promise<FormData | undefined> {
  try {
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    return await new Response(new Uint8Array(body), { headers }).formData();
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, error: ProviderError): void {
  writeJson(response, error.status, errorBody(error), error.headers);
}
