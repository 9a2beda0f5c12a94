import {
  type Attributes,
  context,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { lineExporter, type SpanExporter } from '#lib/telemetry/exporter.ts';

export type { Span, SpanContext };
export { SpanKind };

const NAME = 'otvet';

/**
 * Turns tracing on, where the environment asks for it: `OTEL_EXPORTER_OTLP_ENDPOINT` sends spans to a collector (the
 * other `OTEL_` variables of the SDK hold too), `OTVET_TRACES=console` prints them. Comes before servers and channels
 * are opened. Disposing sends what is left. The SDK is loaded only here: it costs memory and start-up time.
 */
export async function startTracing(
  service: string,
  env: Readonly<Record<string, string | undefined>>,
  exporter: SpanExporter | undefined = exporterFor(env),
): Promise<AsyncDisposable> {
  const collector = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? '';
  if (!exporter && collector === '') return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({
    serviceName: service,
    // Host names and command lines say nothing about an answer.
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
    ...(exporter ? { traceExporter: exporter } : {}),
  });
  sdk.start();
  return {
    async [Symbol.asyncDispose]() {
      await sdk.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

function exporterFor(env: Readonly<Record<string, string | undefined>>): SpanExporter | undefined {
  return env.OTVET_TRACES === 'console' ? lineExporter((line) => process.stdout.write(line)) : undefined;
}

/** The tracer of the process, or undefined while tracing is off: for hot paths, that ask once at their start. */
export function activeTracer(): Tracer | undefined {
  const tracer = trace.getTracer(NAME);
  return isSpanContextValid(tracer.startSpan('probe', { root: true }).spanContext()) ? tracer : undefined;
}

export interface SpanOptions {
  readonly kind?: SpanKind;
  /** Names, counts and states; never what people wrote. */
  readonly attributes?: Attributes;
  /** The span that this one belongs to; the active one where there is none. */
  readonly parent?: SpanContext | undefined;
}

/** Runs something inside a span, which ends with it and tells whether it failed. Costs next to nothing while tracing is off. */
export async function inSpan<T>(name: string, options: SpanOptions, run: (span: Span) => Promise<T>): Promise<T> {
  const span = startSpan(trace.getTracer(NAME), name, options);
  try {
    return await context.with(trace.setSpan(context.active(), span), run, undefined, span);
  } catch (error) {
    // The type only: messages may quote what people wrote.
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : typeof error });
    throw error;
  } finally {
    span.end();
  }
}

/** A span that the caller ends. */
export function startSpan(tracer: Tracer, name: string, options: SpanOptions): Span {
  const { kind = SpanKind.INTERNAL, attributes = {}, parent } = options;
  const around = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : context.active();
  return tracer.startSpan(name, { kind, attributes }, around);
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A W3C `traceparent`, for gRPC metadata and `Event.traceparent`. */
export function formatTraceparent(span: SpanContext): string {
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

/** Undefined where the text is no valid `traceparent`. */
export function parseTraceparent(text: string): SpanContext | undefined {
  const match = TRACEPARENT.exec(text);
  if (!match) return undefined;
  const [, traceId, spanId, flags] = match as unknown as [string, string, string, string];
  const parsed = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(parsed) ? parsed : undefined;
}

/** The `traceparent` of the active span; empty where there is none. */
export function activeTraceparent(): string {
  const active = trace.getActiveSpan()?.spanContext();
  return active && isSpanContextValid(active) ? formatTraceparent(active) : '';
}
