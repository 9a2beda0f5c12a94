import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import type { ServiceIdentity } from '#lib/certificates/identity.ts';
import type { Clock } from '#lib/clock.ts';
import { systemIds } from '#lib/ids.ts';
import type { Serving } from '#lib/rpc/call.ts';
import { healthService } from '#lib/rpc/health.ts';
import { peersOf } from '#lib/rpc/identity.ts';
import { type Listener, listen } from '#lib/rpc/listener.ts';
import { addService } from '#lib/rpc/methods.ts';
import { PrincipalReader } from '#lib/rpc/principal.ts';
import { addReflection } from '#lib/rpc/reflecting.ts';
import type { Served } from '#lib/rpc/served.ts';
import { MAX_MESSAGE_BYTES, serverOptions, transportOptions } from '#lib/rpc/transport.ts';
import { createValidation } from '#lib/rpc/validation.ts';
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
  readonly identity: ServiceIdentity;
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

/** Serves over mutual TLS, or behind a sidecar. Rejects with a one-line `LoggableError` when the address cannot be taken. */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { service, identity, served, log, metrics } = options;
  const maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
  const peers = peersOf(identity);
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

  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = await listen(service, options.address, identity, (socket) => connections.injectConnection(socket));
  const forget = readGauge(
    metrics,
    { name: 'otvet_rpc_server_in_flight', help: 'Calls being served now, by service.', labels: ['service'] },
    { service },
    () => serving.inFlight,
  );
  let stopped: Promise<void> | undefined;
  return {
    address: listener.address,
    stop(graceMs) {
      stopping.abort();
      stopped ??= shutDown(server, listener, connections, graceMs).then(forget);
      return stopped;
    },
  };
}

type Connections = ReturnType<Server['createConnectionInjector']>;

/** Above the grace: what cutting the connections takes. */
const CUT_MS = 250;

/** Resolves when all calls ended by themselves, or were cut after the grace. */
function shutDown(server: Server, listener: Listener, connections: Connections, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // It is drain that cuts, and it must come first: without channelz, forceShutdown of grpc-js 1.14 knows no connections.
    listener.close();
    connections.drain(graceMs);
    const lost = setTimeout(resolve, graceMs + CUT_MS);
    server.tryShutdown(() => {
      clearTimeout(lost);
      resolve();
    });
  });
}
