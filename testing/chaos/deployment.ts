import type { Broken, SenderDeath } from './evidence.ts';
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
  /** What was left undone in its stores and on its bus. */
  leftovers(): Promise<readonly Broken[]>;
}

/** Where a deployment finds the world around it: variables of the environment. */
export type Surroundings = Readonly<Record<string, string>>;

/** What a deployment is started with. */
export interface DeploymentOptions {
  /** For its files; removed by whoever made it. */
  readonly folder: string;
  readonly surroundings: Surroundings;
  /** Whether updates are sent to a webhook, or asked for. */
  readonly webhook: boolean;
}

/** How Telegram sends updates to a webhook; `listen` is where Otvet hears them, `reached` where Telegram sends them. */
export function webhookAt(listen: string, reached: string): Surroundings {
  return {
    OTVET_TELEGRAM_WEBHOOK_URL: `http://${reached}/telegram`,
    OTVET_TELEGRAM_WEBHOOK_ADDRESS: listen,
    OTVET_TELEGRAM_WEBHOOK_SECRET: 'chaos-secret',
  };
}
