import { counter, histogram, type Metrics } from '#lib/telemetry/metrics.ts';
import type { ImportRecord } from './imports.ts';

/** What operators see of training. */
export interface Measures {
  /** A file was read to its end. */
  importRead(outcome: 'read' | 'failed', counts: Pick<ImportRecord, 'acceptedCount' | 'rejectedCount'>): void;
  runEnded(outcome: 'released' | 'unchanged' | 'failed', ms: number): void;
}

export function createMeasures(metrics: Metrics): Measures {
  const imports = counter(metrics, {
    name: 'otvet_imports_total',
    help: 'Imported files that were read, or could not be.',
    labels: ['outcome'],
  });
  const rows = counter(metrics, {
    name: 'otvet_import_rows_total',
    help: 'Rows and documents of imported files, taken or rejected.',
    labels: ['outcome'],
  });
  const runs = histogram(metrics, {
    name: 'otvet_training_run_seconds',
    help: 'How long training runs took, from the snapshot to the activation.',
    labels: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  });
  return {
    importRead: (outcome, { acceptedCount, rejectedCount }) => {
      imports.inc({ outcome });
      rows.inc({ outcome: 'taken' }, acceptedCount);
      rows.inc({ outcome: 'rejected' }, rejectedCount);
    },
    runEnded: (outcome, ms) => runs.observe({ outcome }, ms / 1_000),
  };
}
