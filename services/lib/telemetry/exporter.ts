import type { NodeSDK } from '@opentelemetry/sdk-node';

type Configuration = NonNullable<ConstructorParameters<typeof NodeSDK>[0]>;

/** Where finished spans go. */
export type SpanExporter = NonNullable<Configuration['traceExporter']>;

/** Prints each span as one line of JSON, for a look without a collector. */
export function lineExporter(write: (line: string) => void): SpanExporter {
  return {
    export(spans, done) {
      for (const span of spans) {
        const { traceId, spanId } = span.spanContext();
        const [seconds, nanos] = span.duration;
        const durationMs = seconds * 1_000 + nanos / 1_000_000;
        const parent = span.parentSpanContext?.spanId;
        write(
          `${JSON.stringify({ span: span.name, traceId, spanId, parent, durationMs, attributes: span.attributes })}\n`,
        );
      }
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
}
