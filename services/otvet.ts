import { join } from 'node:path';
import { memoryAuthority } from '#lib/certificates/authority.ts';
import { startIssuing } from '#lib/certificates/issuing.ts';
import { systemClock } from '#lib/clock.ts';
import { readConfig } from '#lib/config/variables.ts';
import { systemIds } from '#lib/ids.ts';
import type { Host } from '#lib/service/host.ts';
import { refuseIdentities, TRUST_DOMAIN } from '#lib/service/identities.ts';
import { makeDataDir, processVariables, reportStartErrors, stopOnSignals } from '#lib/service/process.ts';
import { startAdminServer } from '#lib/telemetry/admin.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';
import { processMetrics } from '#lib/telemetry/process-metrics.ts';
import { startTracing } from '#lib/telemetry/traces.ts';
import { hasEndpoint, llmVariables } from './llm/config.ts';
import { SERVICES } from './names.ts';
import { checkOneProcess, type Otvet, startInOneProcess } from './one-process.ts';
import { welcomeScreen } from './welcome.ts';

/** Runs Otvet in this process until a signal ends it. On a terminal only warnings are logged, beneath the welcome screen. */
export async function runOtvet(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  await reportStartErrors(async () => {
    const begun = performance.now();
    checkOneProcess(env);
    const config = readConfig(processVariables, env);
    refuseIdentities(config);
    await makeDataDir(config.dataDir);
    const quiet = process.stdout.isTTY && !env.OTVET_LOG_LEVEL;
    const log = createLogger({ level: quiet ? 'warn' : config.logLevel });
    const metrics = createMetrics();
    processMetrics(metrics);
    const tracing = await startTracing('otvet', env);
    const watching = { log, metrics, clock: systemClock };
    const issuing = await startIssuing(memoryAuthority(TRUST_DOMAIN), watching);
    const host: Host = { ...watching, issue: issuing.issue, ids: systemIds };
    let running: Otvet | undefined;
    let stopping: { readonly begun: boolean } | undefined;
    const isReady = (name: string): boolean =>
      !stopping?.begun && running?.services.find((service) => service.name === name)?.ready() === true;
    // Before the services: what waits for its database is alive and not ready, and says so.
    const admin = await startAdminServer({
      address: config.adminAddress,
      metrics,
      ready: () => Object.fromEntries(SERVICES.map((name) => [name, isReady(name)])),
    });
    const otvet = await startInOneProcess(env, host);
    running = otvet;
    stopping = stopOnSignals(config, async () => {
      await otvet.stop(config.stopGrace);
      issuing[Symbol.dispose]();
      await admin.stop();
      await tracing[Symbol.asyncDispose]();
    });
    const model = readConfig(llmVariables, env);
    process.stdout.write(
      welcomeScreen({
        url: otvet.gateway.url,
        adminAddress: admin.address,
        keyFile: join(config.dataDir, 'api-key'),
        telegram: Boolean(env.OTVET_TELEGRAM_TOKEN),
        model: hasEndpoint(model) ? model.model : undefined,
        seconds: (performance.now() - begun) / 1000,
        colours: Boolean(process.stdout.isTTY) && !env.NO_COLOR,
      }),
    );
  });
}
