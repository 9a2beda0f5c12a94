import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createClient as createConnectClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import type { TlsIdentity } from '#lib/certificates/identity.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';
import type { BenchServer } from './rpc-server.ts';
import type { Row } from './table.ts';

const IN_FLIGHT = 50;
const WARM_UP_CALLS = 3_000;
const CALLS = 15_000;
const REQUEST = { name: 'assistants/bank' };

/**
 * Unary calls over mutual TLS on loopback, each end on a thread of its own, with all that a call passes (caller, validation, deadline,
 * metrics), beside connect-node's gRPC with the same messages and certificates and no checks at all.
 */
export async function run(): Promise<readonly Row[]> {
  const authority = await createAuthority('otvet.local', Date.now());
  const [server, client] = await Promise.all([authority.issue('training'), authority.issue('conversation')]);
  const ours = await withServer({ kind: 'ours', identity: server }, (address) => measureOurs(address, client));
  const connect = await withServer({ kind: 'connect', identity: server }, (address) => measureConnect(address, client));
  const row = (name: string, unit: string, value: number, baselineValue: number): Row => ({
    name: `rpc: ${name}, ${IN_FLIGHT} in flight`,
    value,
    unit,
    baseline: "connect-node's gRPC",
    baselineValue,
  });
  return [
    row('unary calls', '/s', ours.callsPerSecond, connect.callsPerSecond),
    row('CPU per call, both ends', 'us', ours.cpuMicrosPerCall, connect.cpuMicrosPerCall),
  ];
}

interface Measured {
  readonly callsPerSecond: number;
  readonly cpuMicrosPerCall: number;
}

async function withServer(workerData: BenchServer, run: (address: string) => Promise<Measured>): Promise<Measured> {
  const worker = new Worker(new URL('./rpc-server.ts', import.meta.url), { workerData });
  try {
    const [address] = (await once(worker, 'message')) as [string];
    return await run(address);
  } finally {
    await worker.terminate();
  }
}

async function measureOurs(address: string, identity: TlsIdentity): Promise<Measured> {
  await using channel = openChannel({ service: 'training', address, identity, metrics: createMetrics() });
  const assistants = createClient(AssistantService, channel);
  return await measure(() => assistants.getAssistant(REQUEST));
}

async function measureConnect(address: string, identity: TlsIdentity): Promise<Measured> {
  const baseUrl = `https://${address}`;
  const tls = { key: identity.key, cert: identity.certificate, ca: identity.authority };
  const sessionManager = new Http2SessionManager(baseUrl, {}, tls);
  const assistants = createConnectClient(AssistantService, createGrpcTransport({ baseUrl, sessionManager }));
  const measured = await measure(() => assistants.getAssistant(REQUEST, { timeoutMs: 10_000 }));
  sessionManager.abort();
  return measured;
}

async function measure(call: () => Promise<unknown>): Promise<Measured> {
  await repeat(WARM_UP_CALLS, call);
  const cpu = process.cpuUsage();
  const started = performance.now();
  await repeat(CALLS, call);
  const seconds = (performance.now() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { callsPerSecond: Math.round(CALLS / seconds), cpuMicrosPerCall: Math.round((user + system) / CALLS) };
}

async function repeat(count: number, call: () => Promise<unknown>): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}
