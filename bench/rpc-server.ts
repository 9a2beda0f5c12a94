// The serving end of bench/rpc.ts, on a thread of its own: ours or connect-node's, as workerData asks.
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import type { TlsIdentity } from '#lib/certificates/identity.ts';
import { systemClock } from '#lib/clock.ts';
import { serve, startRpcServer } from '#lib/rpc/server.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';

/** What the thread is started with; it answers with its `host:port`. */
export interface BenchServer {
  readonly kind: 'ours' | 'connect';
  readonly identity: TlsIdentity;
}

const assistant = { name: 'assistants/bank', displayName: 'Bank', description: 'Answers about cards and accounts.' };

async function startOurs(identity: TlsIdentity): Promise<string> {
  const { address } = await startRpcServer({
    service: 'training',
    address: '127.0.0.1:0',
    identity,
    served: [
      serve(AssistantService, {
        createAssistant: async () => ({}),
        getAssistant: async () => ({ assistant }),
        listAssistants: async () => ({}),
      }),
    ],
    log: createLogger({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    ready: () => true,
  });
  return address;
}

async function startConnect({ key, certificate, authority }: TlsIdentity): Promise<string> {
  const handler = connectNodeAdapter({
    routes: (router) => {
      router.service(AssistantService, { getAssistant: () => ({ assistant }) });
    },
  });
  const server = createSecureServer({ key, cert: certificate, ca: authority, requestCert: true }, handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const { kind, identity }: BenchServer = workerData;
parentPort?.postMessage(kind === 'ours' ? await startOurs(identity) : await startConnect(identity));
