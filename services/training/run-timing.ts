/** What is known of an assistant's imports when it is asked whether to train. Times in milliseconds. */
export interface ImportsUnderWay {
  /** Whether a file is still being read. */
  readonly reading: boolean;
  /** When the first of the imports that wait for a run had been read; undefined where none waits. */
  readonly waitingSince: number | undefined;
  /** When an import last came or was read. */
  readonly lastActivity: number;
  readonly now: number;
  /** An import waits for others at most so long: a stream of imports must not starve the first. */
  readonly joinLimitMs: number;
  /** So long nothing must have come before a run begins, so that files of one folder join. */
  readonly quietMs: number;
}

export type RunTiming =
  | { readonly decision: 'run' }
  | { readonly decision: 'wait'; readonly until: number }
  | { readonly decision: 'nothing' };

/** Whether a run begins now: one run for imports that overlap. */
export function decideRun(given: ImportsUnderWay): RunTiming {
  const { reading, waitingSince, lastActivity, now, joinLimitMs, quietMs } = given;
  if (waitingSince === undefined) return { decision: 'nothing' };
  const latest = waitingSince + joinLimitMs;
  if (now >= latest) return { decision: 'run' };
  const quietFrom = lastActivity + quietMs;
  if (!reading && now >= quietFrom) return { decision: 'run' };
  return { decision: 'wait', until: reading ? latest : Math.min(latest, quietFrom) };
}
