import { run } from './campaign.ts';
import { type ChaosOptions, readOptions, USAGE } from './options.ts';
import { brokenLines, reportLine } from './report.ts';

/** Runs what the command line asks for. Sets the exit code: 1 when something broke, 2 when it was asked wrongly, 130 on a Ctrl-C. */
export async function chaos(args: readonly string[]): Promise<void> {
  let options: ChaosOptions;
  try {
    options = readOptions(args, Date.now());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const bad: number[] = [];
  let done = 0;
  for (const seed of options.seeds) {
    try {
      const report = await run({ ...options, seed, signal: stop.signal });
      process.stdout.write(`${reportLine(report)}\n`);
      if (report.broken.length > 0) process.stdout.write(`${brokenLines(report, options)}\n`);
      if (report.broken.length > 0) bad.push(seed);
    } catch (error) {
      if (stop.signal.aborted) break;
      process.stdout.write(`seed ${seed} | could not be run: ${error instanceof Error ? error.message : error}\n`);
      bad.push(seed);
    }
    done += 1;
  }
  const broken = bad.length === 0 ? '' : `, broken: ${bad.join(', ')}`;
  process.stdout.write(`${done} of ${options.seeds.length} seeds run, ${done - bad.length} hold${broken}\n`);
  process.exitCode = stop.signal.aborted ? 130 : bad.length > 0 ? 1 : 0;
}
