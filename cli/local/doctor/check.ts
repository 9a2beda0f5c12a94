import { ConfigError, type ConfigOf, readConfig, type Variables } from '#lib/config/variables.ts';
import type { Env } from '../../connection.ts';

/** What a check found, in words for the person who runs Otvet. Nothing here may hold a secret. */
export interface Finding {
  /** `broken`: Otvet does not work, or not wholly, until something is done. */
  readonly state: 'ok' | 'warning' | 'broken';
  /** What was looked at: `store training`, `Telegram`. */
  readonly subject: string;
  /** What was seen, and for what is not ok what to do. */
  readonly says: string;
}

/** What checks look at, and what they tell each other. */
export interface Patient {
  /** The environment as the server reads it. */
  readonly env: Env;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What the admin ports of a running Otvet say, by service; empty where none runs. */
  readonly running: ReadonlyMap<string, boolean>;
  /** The values of declared variables. Throws `ConfigError`. */
  read<V extends Variables>(variables: V): ConfigOf<V>;
  /** Tells the time that another machine has, as it says with its answer. */
  sighted(clock: Sighting): void;
}

/** Another machine's clock beside ours, at one moment. */
export interface Sighting {
  readonly whose: string;
  /** Milliseconds that theirs is ahead. */
  readonly aheadMs: number;
}

/** Looks at one thing. What it throws is a finding too. */
export interface Check {
  readonly subject: string;
  readonly look: (patient: Patient, signal: AbortSignal) => Promise<readonly Finding[]>;
}

/** How long one check may take, in milliseconds. */
export const CHECK_LIMIT_MS = 5_000;

/** Makes what checks look at. */
export function patientOf(
  env: Env,
  now: () => number,
  running: ReadonlyMap<string, boolean>,
): Patient & { readonly sightings: readonly Sighting[] } {
  const sightings: Sighting[] = [];
  return {
    env,
    now,
    running,
    sightings,
    read: (variables) => readConfig(variables, env),
    sighted: (clock) => void sightings.push(clock),
  };
}

/** Runs a check in its time. Never rejects. */
export async function examine(
  { subject, look }: Check,
  patient: Patient,
  limitMs: number,
): Promise<readonly Finding[]> {
  const signal = AbortSignal.timeout(limitMs);
  const late = Promise.withResolvers<readonly Finding[]>();
  const says = `gives no answer in ${limitMs / 1000} s. See whether it is there, and whether a firewall stands between`;
  const timer = setTimeout(() => late.resolve([broken(subject, says)]), limitMs);
  try {
    return await Promise.race([look(patient, signal), late.promise]);
  } catch (error) {
    if (error instanceof ConfigError) return [warning(subject, 'was not looked at: put the configuration right first')];
    return [broken(subject, signal.aborted ? says : `could not be looked at: ${wordsOf(error)}`)];
  } finally {
    clearTimeout(timer);
  }
}

export const ok = (subject: string, says: string): Finding => ({ state: 'ok', subject, says });
export const warning = (subject: string, says: string): Finding => ({ state: 'warning', subject, says });
export const broken = (subject: string, says: string): Finding => ({ state: 'broken', subject, says });

/** The code of an error, or of what caused it; never its message, which may quote an address with a password. */
export function wordsOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return error instanceof Error ? error.name : 'unknown';
}
