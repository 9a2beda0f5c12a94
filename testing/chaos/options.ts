import { parseArgs } from 'node:util';
import type { ChaosForm } from './plan.ts';

/** What `npm run chaos` is asked to do. */
export interface ChaosOptions {
  readonly form: ChaosForm;
  readonly seeds: readonly number[];
  readonly seconds: number;
  readonly questionsPerSecond: number;
  readonly patienceSeconds: number;
  readonly settleSeconds: number;
  /** Print what the processes printed where something broke. */
  readonly verbose: boolean;
}

export const USAGE = `npm run chaos -- [--seeds N] [--seconds S] [--seed X] [--embedded] [--rate Q] [--patience S] [--settle S] [--verbose]

  --seeds N      how many runs, each with the next seed; default 1
  --seconds S    how long each run asks and breaks; default 20
  --seed X       the first seed; default: one that the clock gives
  --embedded     the one process on its files; else two replicas of each service on real servers
  --rate Q       questions a second; default 25
  --patience S   how long the last answers may take before they count as lost; default 90
  --settle S     how long after the load memory and handles are measured; 0: they are not; default 60
  --verbose      print what the processes said where something broke
`;

/** Reads the command line. Throws an Error that says in words what is wrong. */
export function readOptions(args: readonly string[], now: number): ChaosOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: text,
      seconds: text,
      seed: text,
      rate: text,
      patience: text,
      settle: text,
      embedded: flag,
      verbose: flag,
    },
  });
  const first = number('seed', values.seed, 0, 2 ** 31) ?? now % 1_000_000;
  const count = number('seeds', values.seeds, 1, 10_000) ?? 1;
  return {
    form: values.embedded === true ? 'embedded' : 'replicas',
    seeds: Array.from({ length: count }, (_, i) => first + i),
    seconds: number('seconds', values.seconds, 1, 3_600) ?? 20,
    questionsPerSecond: number('rate', values.rate, 1, 1_000) ?? 25,
    patienceSeconds: number('patience', values.patience, 1, 600) ?? 90,
    settleSeconds: number('settle', values.settle, 0, 3_600) ?? 60,
    verbose: values.verbose === true,
  };
}

function number(name: string, given: string | undefined, least: number, most: number): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} must be a whole number from ${least} to ${most} (it is ${JSON.stringify(given)})`);
}
