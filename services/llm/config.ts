import { listenAddress, llmAddress } from '#lib/config/shared.ts';
import { type ConfigOf, duration, Fault, integer, text, url, type Variable } from '#lib/config/variables.ts';

/** What the llm service reads from the environment. */
export const llmVariables = {
  listenAddress,
  address: llmAddress,
  apiKey: text('OPENAI_API_KEY', {
    doc: 'The key of the OpenAI-compatible endpoint. With neither a key nor OPENAI_BASE_URL the built-in extractive model answers.',
    secret: true,
  }),
  baseUrl: url('OPENAI_BASE_URL', {
    doc: 'The address of an OpenAI-compatible endpoint, such as http://127.0.0.1:11434/v1 for a local model, which needs no key. Unset: that of OpenAI.',
  }),
  model: text('OPENAI_MODEL', {
    doc: 'The model that answers, by its name at the endpoint. `extractive` answers without any.',
    fallback: 'gpt-6-luna',
  }),
  transcriptionModel: text('OPENAI_TRANSCRIPTION_MODEL', {
    doc: 'The model that writes down voice messages, by its name at the endpoint, such as gpt-transcribe or whisper-1. `none`: voice is not understood.',
    fallback: 'gpt-transcribe',
  }),
  transcriptionTimeout: duration('OTVET_TRANSCRIPTION_TIMEOUT', {
    doc: 'How long writing down one recording may take, retries included.',
    fallback: '60s',
  }),
  reasoningEffort: text('OPENAI_REASONING_EFFORT', {
    doc: 'How long a reasoning model may think before it answers: none, minimal, low, medium, high, by the endpoint. Unset: `none` for the default model, for others what the endpoint does by itself.',
  }),
  temperature: temperature('OPENAI_TEMPERATURE', {
    doc: 'How freely the model words its answers, 0 to 2. Unset: what the endpoint does by itself. Reasoning models take none.',
  }),
  maxOutputTokens: integer('OPENAI_MAX_OUTPUT_TOKENS', 0, 128_000, {
    doc: 'The longest answer in tokens, the thinking of a reasoning model included. 0: what the endpoint does by itself.',
    fallback: '4096',
  }),
  firstTokenTimeout: duration('OTVET_MODEL_FIRST_TOKEN_TIMEOUT', {
    doc: 'How long a model may take until it begins to answer, retries included. After that the turn fails visibly.',
    fallback: '20s',
  }),
  totalTimeout: duration('OTVET_MODEL_TIMEOUT', {
    doc: 'How long a model may take for a whole answer.',
    fallback: '120s',
  }),
  maxRetries: integer('OTVET_MODEL_RETRIES', 0, 10, {
    doc: 'How often a call to the endpoint is repeated when it fails in a way that may pass, before the first word only.',
    fallback: '2',
  }),
};

export type LlmConfig = ConfigOf<typeof llmVariables>;

/** The name of the model that is always there. */
export const EXTRACTIVE = 'extractive';

/** True when the environment names an endpoint to ask. */
export function hasEndpoint(config: LlmConfig): boolean {
  return (config.apiKey !== undefined || config.baseUrl !== undefined) && config.model !== EXTRACTIVE;
}

/** True when the environment names an endpoint and a model that writes down speech. */
export function hasTranscription(config: LlmConfig): boolean {
  return (config.apiKey !== undefined || config.baseUrl !== undefined) && config.transcriptionModel !== 'none';
}

/** A decimal number from 0 to 2. */
function temperature(name: string, declared: { readonly doc: string }): Variable<number | undefined> {
  const expects = 'a number, 0 to 2, such as 0.2';
  return {
    name,
    doc: declared.doc,
    expects,
    secret: false,
    parse: (value) => {
      if (value === undefined) return undefined;
      const fits = /^\d(\.\d+)?$/.test(value) && Number(value) <= 2;
      return fits ? Number(value) : new Fault(`must be ${expects} (it is ${JSON.stringify(value.slice(0, 100))})`);
    },
  };
}
