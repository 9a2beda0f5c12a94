import { isSpanContextValid, trace } from '@opentelemetry/api';
import pino from 'pino';
import { describeError } from '#lib/telemetry/error.ts';

/**
 * Writes JSON lines. Levels: `error` an operator should look, `warn` something was lost or refused that should not be,
 * `info` starts, stops and what changes state, `debug` one line for each call. Never what people wrote, never a secret:
 * describe messages with `#lib/telemetry/redact.ts`, hand errors over as `err`.
 */
export type Logger = pino.Logger;

/** Fields that are never shown, at the top of a line or one step below. A net below those who write lines, no licence. */
const SECRET = [
  'token',
  'secret',
  'password',
  'passwd',
  'apiKey',
  'api_key',
  'privateKey',
  'authorization',
  'cookie',
  'question',
  'answer',
  'text',
  'content',
  'prompt',
  'persona',
  'passage',
];

export interface LoggerOptions {
  /** The least level to write: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`. */
  readonly level: string;
  /** Whose lines these are; stands on each. */
  readonly service?: string;
  /** Stdout where there is none. */
  readonly destination?: pino.DestinationStream;
}

/** A logger that writes at once, so that no line is lost however the process ends. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: options.service === undefined ? {} : { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
      serializers: { err: describeError },
      mixin: traceOfLine,
    },
    options.destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

function traceOfLine(): object {
  const context = trace.getActiveSpan()?.spanContext();
  // A copy each time: pino adds the line's own fields to it.
  return context && isSpanContextValid(context) ? { traceId: context.traceId, spanId: context.spanId } : {};
}
