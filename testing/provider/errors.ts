// Errors as OpenAI words them.
import type { ProviderError } from './script.ts';

/** 401: the key is wrong. */
export const wrongKey: ProviderError = {
  status: 401,
  message:
    'Incorrect API key provided: sk-test********. You can find your API key at https://platform.openai.com/account/api-keys.',
  type: 'invalid_request_error',
  code: 'invalid_api_key',
};

/** 404: the model does not exist. */
export const noSuchModel = (model: string): ProviderError => ({
  status: 404,
  message: `The model \`${model}\` does not exist or you do not have access to it.`,
  type: 'invalid_request_error',
  code: 'model_not_found',
});

/** 400: the prompt is longer than the model's context. */
export const contextTooLong = (limit: number, got: number): ProviderError => ({
  status: 400,
  message: `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${got} tokens. Please reduce the length of the messages.`,
  type: 'invalid_request_error',
  code: 'context_length_exceeded',
  param: 'messages',
});

/** 400: the model does not take a parameter. */
export const unsupportedParameter = (param: string): ProviderError => ({
  status: 400,
  message: `Unsupported parameter: '${param}' is not supported with this model.`,
  type: 'invalid_request_error',
  code: 'unsupported_parameter',
  param,
});

/** 429: too many requests; `retryAfterSeconds` goes into the header `retry-after`. */
export const rateLimited = (retryAfterSeconds?: number): ProviderError => ({
  status: 429,
  message: 'Rate limit reached for requests. Please try again later.',
  type: 'requests',
  code: 'rate_limit_exceeded',
  ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
});

/** 429 that no waiting heals: the money is used up. */
export const quotaExhausted: ProviderError = {
  status: 429,
  message: 'You exceeded your current quota, please check your plan and billing details.',
  type: 'insufficient_quota',
  code: 'insufficient_quota',
};

/** 500. */
export const serverError: ProviderError = {
  status: 500,
  message: 'The server had an error while processing your request. Sorry about that!',
  type: 'server_error',
  code: null,
};

/** 503. */
export const overloaded: ProviderError = {
  status: 503,
  message: 'The engine is currently overloaded, please try again later.',
  type: 'server_error',
  code: null,
};

/** 400: the model sees no pictures. */
export const imagesNotSupported = (param: string): ProviderError => ({
  status: 400,
  message: 'Invalid content type. image_url is only supported by certain models.',
  type: 'invalid_request_error',
  code: null,
  param,
});

/** 400: what came is no picture. */
export const invalidImage = (param: string): ProviderError => ({
  status: 400,
  message:
    "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].",
  type: 'invalid_request_error',
  code: 'invalid_image_format',
  param,
});

/** 400: the recording is in no format that the models know. */
export const invalidAudio: ProviderError = {
  status: 400,
  message:
    "Invalid file format. Supported formats: ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm']",
  type: 'invalid_request_error',
  code: null,
  param: 'file',
};

/** The body that goes with an error. */
export const errorBody = ({ message, type, code, param }: ProviderError): object => ({
  error: { message, type, param: param ?? null, code },
});
