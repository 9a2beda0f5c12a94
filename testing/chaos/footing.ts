import type { Broken } from './evidence.ts';
import type { ServiceProcess } from './service-process.ts';

/** More memory than this, in relation to what was taken after the warm-up, is a leak. */
const MOST_GROWTH = 1.25;

/** What a process takes. */
export interface Footing {
  readonly name: string;
  /** When it was started, milliseconds since the epoch: another one of its name is not compared. */
  readonly startedAt: number;
  /** Resident, in MiB. */
  readonly memory: number;
  /** Connections, servers, files and threads that it holds open. */
  readonly handles: number;
}

/** What each running process takes now, as its admin port says. */
export function footingOf(processes: readonly ServiceProcess[]): Promise<readonly Footing[]> {
  return Promise.all(
    processes.map(async (process) => {
      const metrics = await process.metrics();
      const memory = Math.round(read(metrics, 'process_resident_memory_bytes') / 2 ** 20);
      return {
        name: process.name,
        startedAt: process.startedAt,
        memory,
        handles: read(metrics, 'nodejs_active_resources'),
      };
    }),
  );
}

function read(metrics: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? Number.NaN);
}

/** Whether some process is the same in both. */
export function livedThrough(before: readonly Footing[], after: readonly Footing[]): boolean {
  return after.some((now) => sameIn(before, now) !== undefined);
}

function sameIn(footings: readonly Footing[], { name, startedAt }: Footing): Footing | undefined {
  return footings.find((one) => one.name === name && one.startedAt === startedAt);
}

/** Processes that lived through the load take no more than before it. */
export function checkFooting(before: readonly Footing[], after: readonly Footing[]): readonly Broken[] {
  return after.flatMap((now): readonly Broken[] => {
    const then = sameIn(before, now);
    if (then === undefined) return [];
    const broken: Broken[] = [];
    // Written so that a figure which could not be read is a fault too.
    if (!(now.memory <= then.memory * MOST_GROWTH)) {
      broken.push({
        invariant: 'memory',
        message: `${now.name} takes ${now.memory} MiB, after the warm-up ${then.memory}`,
      });
    }
    if (!(now.handles <= then.handles)) {
      broken.push({
        invariant: 'handles',
        message: `${now.name} holds ${now.handles}, after the warm-up ${then.handles}`,
      });
    }
    return broken;
  });
}
