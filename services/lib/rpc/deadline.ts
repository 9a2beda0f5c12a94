/** What a hop keeps for itself, so that its caller hears of the failure before its own time runs out. */
const MARGIN_MS = 25;

/** How long calls may take that say nothing else. */
export const UNARY_TIMEOUT_MS = 10_000;
export const STREAM_TIMEOUT_MS = 300_000;

/**
 * The deadline of a call to be made, in milliseconds since the epoch: its own time-out, but always a margin before the
 * deadline of the call being served, so that deadlines shrink with each hop.
 */
export function deadlineFor(now: number, timeoutMs: number, served: number | undefined): number {
  const own = now + timeoutMs;
  return served === undefined ? own : Math.min(own, served - MARGIN_MS);
}
