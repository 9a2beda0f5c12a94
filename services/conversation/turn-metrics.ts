import { counter, histogram, type Metrics } from '#lib/telemetry/metrics.ts';
import type { TurnRecord } from './turns.ts';

/** Counts how turns end and how long they take, provider time apart. */
export class TurnMetrics {
  readonly #turns;
  readonly #seconds;
  readonly #overhead;

  constructor(metrics: Metrics) {
    this.#turns = counter(metrics, {
      name: 'otvet_turns_total',
      help: 'Finished turns by outcome.',
      labels: ['outcome'],
    });
    this.#seconds = histogram(metrics, {
      name: 'otvet_turn_duration_seconds',
      help: 'From the acceptance of a question to its final record, the model included.',
      labels: ['outcome'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    });
    this.#overhead = histogram(metrics, {
      name: 'otvet_answer_overhead_seconds',
      help: "As otvet_turn_duration_seconds, the model's time excluded; waiting behind earlier questions of the session included.",
    });
  }

  finished(turn: TurnRecord): void {
    const outcome = turn.conclusion?.outcome ?? 'failed';
    this.#turns.inc({ outcome });
    const ms = (turn.finishedAt ?? turn.acceptedAt) - turn.acceptedAt;
    this.#seconds.observe({ outcome }, ms / 1000);
    this.#overhead.observe((ms - (turn.conclusion?.modelMs ?? 0)) / 1000);
  }
}
