import type { DescService } from '@bufbuild/protobuf';
import { createAuthority } from '#lib/certificates/authority.ts';
import type { TlsIdentity } from '#lib/certificates/identity.ts';
import { systemClock } from '#lib/clock.ts';
import { type Client, createClient, openChannel, type RpcChannel } from '#lib/rpc/client.ts';
import { type RpcServer, type RpcServerOptions, type Served, startRpcServer } from '#lib/rpc/server.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics, type Metrics } from '#lib/telemetry/metrics.ts';

/** A server under test, over real sockets with mutual TLS, and channels to it. */
export interface Rig extends AsyncDisposable {
  readonly server: RpcServer;
  readonly metrics: Metrics;
  /** What the server logged. */
  readonly log: string[];
  /** An identity of the same authority. */
  readonly issue: (service: string) => Promise<TlsIdentity>;
  readonly channel: (caller: string) => Promise<RpcChannel>;
  readonly client: <S extends DescService>(service: S, caller: string) => Promise<Client<S>>;
}

/** Starts a server named `training`. */
export async function startRig(served: readonly Served[], options: Partial<RpcServerOptions> = {}): Promise<Rig> {
  const authority = await createAuthority('otvet.local', Date.now());
  const metrics = createMetrics();
  const log: string[] = [];
  const server = await startRpcServer({
    service: 'training',
    address: '127.0.0.1:0',
    identity: await authority.issue('training'),
    served,
    log: createLogger({ level: 'debug', destination: { write: (line) => log.push(line) } }),
    metrics,
    clock: systemClock,
    ready: () => true,
    ...options,
  });
  const channels: RpcChannel[] = [];
  const channel = async (caller: string): Promise<RpcChannel> => {
    const identity = await authority.issue(caller);
    const opened = openChannel({ service: 'training', address: server.address, identity, metrics });
    channels.push(opened);
    return opened;
  };
  return {
    server,
    metrics,
    log,
    issue: (service) => authority.issue(service),
    channel,
    client: async (service, caller) => createClient(service, await channel(caller)),
    async [Symbol.asyncDispose]() {
      for (const opened of channels) await opened[Symbol.asyncDispose]();
      await server.stop(0);
    },
  };
}

/** How a call failed. Throws where it did not, or not with an `RpcError`. */
export async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => new Error('the call did not fail'),
    (rejected: unknown) => rejected,
  );
  if (error instanceof RpcError) return error.failure;
  throw error;
}

/** All of a stream. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

/** Resolves when the condition holds; rejects after two seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 2_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`did not come: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
