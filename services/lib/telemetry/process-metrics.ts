import { readdirSync } from 'node:fs';
import { type Metrics, readGauge } from './metrics.ts';

/** Timers come and go by themselves; they tell nothing of what is held open. */
const TIMERS: ReadonlySet<string> = new Set(['Timeout', 'Immediate']);

/** Shows what the process itself takes: memory, open files, and what keeps it alive. Read when scraped. */
export function processMetrics(metrics: Metrics): void {
  readGauge(
    metrics,
    { name: 'process_resident_memory_bytes', help: 'Memory of the process in RAM.' },
    {},
    process.memoryUsage.rss,
  );
  readGauge(
    metrics,
    {
      name: 'nodejs_active_resources',
      help: 'Connections, servers, files and threads that keep the process alive; timers are not counted.',
    },
    {},
    () => process.getActiveResourcesInfo().filter((type) => !TIMERS.has(type)).length,
  );
  if (process.platform !== 'linux') return;
  readGauge(
    metrics,
    { name: 'process_open_fds', help: 'Open files and sockets of the process.' },
    {},
    () => readdirSync('/proc/self/fd').length,
  );
}
