import { type Finding, ok, type Sighting, warning } from './check.ts';

const SUBJECT = 'clock';
/** From this difference on leases, tokens and certificates begin to suffer, in milliseconds. */
const OFF_MS = 30_000;

/** What the clocks of others say of ours. */
export function clockFinding(sightings: readonly Sighting[]): Finding {
  if (sightings.length === 0) return ok(SUBJECT, 'nobody was asked that tells the time');
  const worst = sightings.reduce((a, b) => (Math.abs(b.aheadMs) > Math.abs(a.aheadMs) ? b : a));
  const seconds = Math.round(Math.abs(worst.aheadMs) / 1000);
  if (Math.abs(worst.aheadMs) <= OFF_MS) return ok(SUBJECT, `agrees with ${worst.whose} to ${seconds} s`);
  const way = worst.aheadMs > 0 ? 'behind' : 'ahead of';
  return warning(
    SUBJECT,
    `this machine is ${seconds} s ${way} ${worst.whose}. Switch on time synchronisation (NTP) on the one that is wrong`,
  );
}
