import type { RunReport } from './campaign.ts';
import type { ChaosOptions } from './options.ts';

/** How many broken invariants are told in full. */
const TOLD = 20;

/** One line for one seed. */
export function reportLine(report: RunReport): string {
  const faults = Object.entries(report.faults).map(([kind, count]) => `${count} ${kind}`);
  return [
    `seed ${report.seed}`,
    `${report.questions} questions by ${report.webhook ? 'webhook' : 'polling'} and API, ${report.mostInFlight} at once`,
    faults.join(', '),
    `${report.failed} failed visibly (${report.attemptsExhausted} attempts exhausted)`,
    `${report.repeats} repeats of ${report.lostResults} lost results`,
    report.broken.length === 0 ? 'holds' : `BROKEN (${report.broken.length})`,
    `${report.seconds.toFixed(0)} s`,
  ].join(' | ');
}

/** What broke, and how to see it again. */
export function brokenLines(report: RunReport, { form, seconds, questionsPerSecond, verbose }: ChaosOptions): string {
  const told = report.broken.slice(0, TOLD).map(({ invariant, message }) => `  ${invariant}: ${message}`);
  const more = report.broken.length > TOLD ? [`  ... and ${report.broken.length - TOLD} more`] : [];
  const again = `  again: npm run chaos -- --seed ${report.seed} --seconds ${seconds} --rate ${questionsPerSecond}${form === 'embedded' ? ' --embedded' : ''}`;
  return [...told, ...more, again, ...(verbose ? [report.output] : [])].join('\n');
}
