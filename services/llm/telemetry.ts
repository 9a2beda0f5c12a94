import type { Logger } from '#lib/telemetry/log.ts';
import { counter, gauge, histogram, type Metrics } from '#lib/telemetry/metrics.ts';
import { activeTracer, type Span, type SpanContext, SpanKind, startSpan } from '#lib/telemetry/traces.ts';
import { type Failure, reasonOf } from './failures.ts';
import type { TokenCount } from './model.ts';

/** Makes the record of each call. Nothing of prompts or answers goes into metrics, spans or logs. */
export class ModelTelemetry {
  readonly #meters: Meters;
  readonly #log: Logger;
  readonly #tracer = activeTracer();

  constructor(metrics: Metrics, log: Logger) {
    this.#meters = makeMeters(metrics);
    this.#log = log;
  }

  /** A call to a model begins; whoever begins it ends it. */
  begin(model: string, parent: SpanContext | undefined, operation: 'chat' | 'transcribe' = 'chat'): CallRecord {
    const attributes = { 'gen_ai.operation.name': operation, 'gen_ai.request.model': model };
    const span =
      this.#tracer && startSpan(this.#tracer, `${operation} ${model}`, { kind: SpanKind.CLIENT, attributes, parent });
    return new CallRecord(model, this.#meters, this.#log, span);
  }
}

/** What happens to one call: each event is told to metrics, log and span together. Disposing ends it. */
export class CallRecord implements Disposable {
  readonly #model: string;
  readonly #meters: Meters;
  readonly #log: Logger;
  readonly #span: Span | undefined;
  readonly #begun = performance.now();
  #said = false;
  #over = false;

  constructor(model: string, meters: Meters, log: Logger, span: Span | undefined) {
    this.#model = model;
    this.#meters = meters;
    this.#log = log;
    this.#span = span;
    meters.inFlight.inc({ model });
  }

  /** Text came; the first one counts. */
  text(): void {
    if (this.#said) return;
    this.#said = true;
    this.#meters.firstToken.observe({ model: this.#model }, this.#seconds());
    this.#span?.addEvent('first_text');
  }

  /** An attempt failed and is made again after a wait in milliseconds. */
  retried(failure: Failure, waitMs: number): void {
    const reason = reasonOf(failure);
    this.#meters.retries.inc({ model: this.#model, reason });
    this.#log.warn({ model: this.#model, reason, waitMs }, 'model call is tried again');
    this.#span?.addEvent('retry', { reason, wait_ms: waitMs });
  }

  finished(usage: TokenCount): void {
    this.#over = true;
    const model = this.#model;
    this.#meters.tokens.inc({ model, kind: 'prompt' }, usage.promptTokens);
    this.#meters.tokens.inc({ model, kind: 'completion' }, usage.completionTokens);
    this.#span?.setAttributes({
      'gen_ai.usage.input_tokens': usage.promptTokens,
      'gen_ai.usage.output_tokens': usage.completionTokens,
    });
  }

  /** A recording was written down; `seconds` is how long it is, 0 where nobody knows. */
  transcribed(seconds: number): void {
    this.#over = true;
    this.#meters.audio.inc({ model: this.#model }, seconds);
    this.#span?.setAttribute('otvet.audio_seconds', seconds);
  }

  /** The call gave no whole answer, for a reason of error_reason.proto. */
  failed(reason: string, error: unknown): void {
    this.#over = true;
    this.#meters.failures.inc({ model: this.#model, reason });
    this.#log.warn({ model: this.#model, reason, err: error, begunToAnswer: this.#said }, 'model call failed');
    this.#span?.setAttribute('error.type', reason);
  }

  [Symbol.dispose](): void {
    const model = this.#model;
    if (!this.#over) this.#meters.failures.inc({ model, reason: 'CANCELLED' });
    this.#meters.inFlight.dec({ model });
    this.#meters.duration.observe({ model }, this.#seconds());
    this.#span?.end();
  }

  #seconds(): number {
    return (performance.now() - this.#begun) / 1000;
  }
}

type Meters = ReturnType<typeof makeMeters>;

function makeMeters(metrics: Metrics) {
  return {
    inFlight: gauge(metrics, {
      name: 'otvet_model_calls_in_flight',
      help: 'Model calls that run now.',
      labels: ['model'],
    }),
    firstToken: histogram(metrics, {
      name: 'otvet_model_first_token_seconds',
      help: 'From the call to the first text of the model, retries included.',
      labels: ['model'],
    }),
    duration: histogram(metrics, {
      name: 'otvet_model_call_seconds',
      help: 'From the call to its end, good or bad.',
      labels: ['model'],
    }),
    tokens: counter(metrics, {
      name: 'otvet_model_tokens_total',
      help: 'Tokens consumed, as the endpoint reports them, else estimated.',
      labels: ['model', 'kind'],
    }),
    audio: counter(metrics, {
      name: 'otvet_model_audio_seconds_total',
      help: 'Length of the recordings that were written down, as the endpoint reports it.',
      labels: ['model'],
    }),
    retries: counter(metrics, {
      name: 'otvet_model_retries_total',
      help: 'Attempts that were made again before the first text, by the reason of the failure.',
      labels: ['model', 'reason'],
    }),
    failures: counter(metrics, {
      name: 'otvet_model_failures_total',
      help: 'Model calls that failed, by reason; CANCELLED where the caller gave up.',
      labels: ['model', 'reason'],
    }),
  };
}
