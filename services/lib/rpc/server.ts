import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { type TlsIdentity, trustDomainOf } from '#lib/certificates/identity.ts';
import type { Clock } from '#lib/clock.ts';
import { systemIds } from '#lib/ids.ts';
import type { Serving } from '#lib/rpc/call.ts';
import { healthService } from '#lib/rpc/health.ts';
import { Peers } from '#lib/rpc/identity.ts';
import { addService } from '#lib/rpc/methods.ts';
import { PrincipalReader } from '#lib/rpc/principal.ts';
import { addReflection } from '#lib/rpc/reflecting.ts';
import type { Served } from '#lib/rpc/served.ts';
import { MAX_MESSAGE_BYTES, serverOptions, transportOptions } from '#lib/rpc/transport.ts';
import { createValidation } from '#lib/rpc/validation.ts';
import { LoggableError } from '#lib/telemetry/error.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { type Metrics, readGauge } from '#lib/telemetry/metrics.ts';
import { activeTracer } from '#lib/telemetry/traces.ts';

export type { CallContext } from '#lib/rpc/context.ts';
export { type Handlers, type Served, serve } from '#lib/rpc/served.ts';

export interface RpcServerOptions {
  /** The server's own name. */
  readonly service: string;
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly identity: TlsIdentity;
  readonly served: readonly Served[];
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Of one message, either way; 4 MiB where it is not set. */
  readonly maxMessageBytes?: number;
  /** Calls at once, over all connections; more are refused with OVERLOADED. 1024 where it is not set. */
  readonly maxInFlight?: number;
  /** For the health service. */
  readonly ready: () => boolean;
}

export interface RpcServer {
  /** `host:port`, with the real port. */
  readonly address: string;
  /** Takes no new calls, lets those in progress finish for `graceMs`, then cuts them. Never rejects. */
  stop(graceMs: number): Promise<void>;
}

const MAX_IN_FLIGHT = 1_024;

/** Serves over mutual TLS. Rejects with a one-line `LoggableError` when the address cannot be taken. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { service, identity, served, log, metrics } = options;
  const maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  const peers = new Peers(trustDomainOf(identity));
  const serving: Serving = {
    gate: { peers, principals: new PrincipalReader(), validation: createValidation() },
    clock: options.clock,
    ids: systemIds,
    log,
    tracer: activeTracer(),
    maxMessageBytes,
    maxInFlight: options.maxInFlight ?? MAX_IN_FLIGHT,
    inFlight: 0,
  };
  const stopping = new AbortController();
  const health = healthService(
    new Set(served.map((one) => one.service.typeName)),
    () => !stopping.signal.aborted && options.ready(),
    stopping.signal,
  );

  // It prints to the console otherwise; what matters comes back as a status or an error.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({ ...transportOptions(maxMessageBytes), ...serverOptions });
  const measured = { service, metrics };
  for (const one of served) addService(server, one, serving, measured, 'by option');
  // Probes count apart, so that an overloaded server is still seen to live.
  addService(server, health, { ...serving, inFlight: 0 }, measured, 'open');
  addReflection(server, [...served.map((one) => one.service), Health, ServerReflection], peers);

  const address = await bind(server, options.address, identity);
  const forget = readGauge(
    metrics,
    { name: 'otvet_rpc_server_in_flight', help: 'Calls being served now, by service.', labels: ['service'] },
    { service },
    () => serving.inFlight,
  );
  let stopped: Promise<void> | undefined;
  return {
    address,
    stop(graceMs) {
      stopping.abort();
      stopped ??= shutDown(server, address, graceMs).then(forget);
      return stopped;
    },
  };
}

async function bind(server: Server, address: string, identity: TlsIdentity): Promise<string> {
  const pair = { private_key: Buffer.from(identity.key), cert_chain: Buffer.from(identity.certificate) };
  const credentials = ServerCredentials.createSsl(Buffer.from(identity.authority), [pair], true);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (!error) return resolve(bound);
      reject(new LoggableError(`${identity.service} cannot listen on ${address}: ${error.message}`));
    });
  });
  return `${address.slice(0, address.lastIndexOf(':'))}:${port}`;
}

/** Above the grace: what cutting the connections takes. */
const CUT_MS = 250;

/** Resolves when all calls ended by themselves, or were cut after the grace. */
function shutDown(server: Server, address: string, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // It is drain that cuts, and it must come first: without channelz, forceShutdown of grpc-js 1.14 knows no connections.
    server.drain(address, graceMs);
    const lost = setTimeout(resolve, graceMs + CUT_MS);
    server.tryShutdown(() => {
      clearTimeout(lost);
      resolve();
    });
  });
}
