import type { SenderDeath } from './evidence.ts';
import type { Fault } from './plan.ts';
import type { ServiceProcess } from './service-process.ts';

/** Otvet as it is put to the test, with all that it stands on. */
export interface Deployment extends AsyncDisposable {
  /** Its public edges: one, or one for each replica of the gateway. */
  readonly edges: readonly string[];
  /** Reads the first API key, which may do everything. */
  readonly apiKey: string;
  readonly processes: readonly ServiceProcess[];
  /** Processes that sent to Telegram and died so far. */
  readonly deaths: readonly SenderDeath[];
  /** Does to it what a fault says; resolves when it is mended. Rejects when it does not come back. */
  suffer(fault: Fault): Promise<void>;
}

/** Where a deployment finds the world around it. */
export type Surroundings = Readonly<Record<string, string>>;
