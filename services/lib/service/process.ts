import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#lib/clock.ts';
import { adminAddress, dataDir, drainDelay, logLevel, otlpEndpoint, stopGrace, traces } from '#lib/config/shared.ts';
import { ConfigError, type ConfigOf, checkConfig, readConfig, type Variables } from '#lib/config/variables.ts';
import { makeFolder } from '#lib/folders.ts';
import { systemIds } from '#lib/ids.ts';
import { startAdminServer } from '#lib/telemetry/admin.ts';
import { LoggableError } from '#lib/telemetry/error.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';
import { processMetrics } from '#lib/telemetry/process-metrics.ts';
import { startTracing } from '#lib/telemetry/traces.ts';
import { type Host, type RunningService, StartError } from './host.ts';
import { identityVariables, openIdentities } from './identities.ts';

/** Beyond delay and grace: what is not ended then hangs. In milliseconds. */
const HANGING_MS = 400;

/** Within this time a second signal counts as the first one's echo. */
const SIGNAL_ECHO_MS = 500;

/** What a process reads from the environment, whatever services it runs. */
export const processVariables = {
  dataDir,
  logLevel,
  adminAddress,
  stopGrace,
  drainDelay,
  traces,
  otlpEndpoint,
  ...identityVariables,
};

/** Runs one service as this process, until a signal ends it. `main.mjs` of each service calls it. */
export async function runService<V extends Variables>(
  name: string,
  variables: V,
  start: (config: ConfigOf<V>, host: Host) => Promise<RunningService>,
): Promise<void> {
  await reportStartErrors(async () => {
    checkConfig([processVariables, variables], process.env);
    const own = readConfig(processVariables, process.env);
    const config = readConfig(variables, process.env);
    await makeDataDir(own.dataDir);
    const log = createLogger({ level: own.logLevel });
    const metrics = createMetrics();
    processMetrics(metrics);
    const tracing = await startTracing(name, process.env);
    const watching = { log, metrics, clock: systemClock };
    const identities = await openIdentities(name, own, watching);
    const host: Host = { ...watching, issue: identities.issue, ids: systemIds };
    let service: RunningService | undefined;
    let stopping: { readonly begun: boolean } | undefined;
    // Before the service: what waits for its database is alive and not ready, and says so.
    const admin = await startAdminServer({
      address: own.adminAddress,
      metrics,
      ready: () => ({ [name]: service !== undefined && !stopping?.begun && service.ready() }),
    });
    const started = await start(config, host);
    service = started;
    log.info({ service: name, address: started.address, admin: admin.address }, 'started');
    stopping = stopOnSignals(own, async () => {
      await started.stop(own.stopGrace);
      identities[Symbol.dispose]();
      await admin.stop();
      await tracing[Symbol.asyncDispose]();
    });
  });
}

/** Makes the data folder for its owner alone. Throws `StartError` where it cannot be written. */
export async function makeDataDir(folder: string): Promise<void> {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new StartError(
      `OTVET_DATA_DIR: the folder ${folder} cannot be made (${(error as Error).message}). Name one that you may write.`,
    );
  }
}

/** Prints what keeps a process from starting, one line for each fault, and ends it with exit code 1. */
export async function reportStartErrors(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    const known = error instanceof StartError || error instanceof ConfigError || error instanceof LoggableError;
    const lines = known
      ? error.message.split('\n')
      : [`unexpected: ${error instanceof Error ? error.stack : String(error)}`];
    for (const line of lines) process.stderr.write(`Otvet cannot start: ${line}\n`);
    process.exit(1);
  }
}

/** How a process stops, in milliseconds. */
export interface StopTimes {
  readonly drainDelay: number;
  readonly stopGrace: number;
}

/**
 * Stops on the first signal: says that it is not ready, lets the delay pass, and stops. Ends at once on a second one that comes later than the echo of the first (npm and the terminal both
 * send it). The process ends when nothing is left to do; what hangs is cut off soon after the grace. Gives whether it stops.
 */
export function stopOnSignals(times: StopTimes, stop: () => Promise<void>): { readonly begun: boolean } {
  let stoppingSince: number | undefined;
  const onSignal = (): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SIGNAL_ECHO_MS) process.exit(130);
      return;
    }
    stoppingSince = performance.now();
    setTimeout(() => process.exit(1), times.drainDelay + times.stopGrace + HANGING_MS).unref();
    sleep(times.drainDelay)
      .then(stop)
      .catch((error: unknown) => {
        process.stderr.write(`Otvet: stopping failed: ${String(error)}\n`);
        process.exitCode = 1;
      });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return {
    get begun() {
      return stoppingSince !== undefined;
    },
  };
}
