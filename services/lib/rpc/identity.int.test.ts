import { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { startRig } from '#lib/rpc/rpc.fixture.ts';
import { serve } from '#lib/rpc/server.ts';

describe('the identity of a caller', () => {
  it('is resolved once for each connection, and is its own on each', async () => {
    const callers: string[] = [];
    await using rig = await startRig([
      serve(AssistantService, {
        createAssistant: async () => ({}),
        getAssistant: async () => ({}),
        async listAssistants(_, { caller }) {
          callers.push(caller);
          return {};
        },
      }),
    ]);
    const adapters = [
      await rig.client(AssistantService, 'telegram-adapter'),
      await rig.client(AssistantService, 'telegram-adapter'),
    ];
    for (const adapter of adapters) await adapter.listAssistants({});
    const original = TLSSocket.prototype.getPeerCertificate;
    let reads = 0;
    // Fails, too, when grpc-js changes its inside: then each call would be resolved by itself.
    TLSSocket.prototype.getPeerCertificate = function (this: TLSSocket) {
      reads++;
      return original.call(this);
    } as typeof original;
    try {
      for (const adapter of adapters) {
        await adapter.listAssistants({});
        await adapter.listAssistants({});
      }
    } finally {
      TLSSocket.prototype.getPeerCertificate = original;
    }
    expect(callers).to.deep.equal(Array(6).fill('telegram-adapter'));
    expect(reads).to.equal(0);
  });
});
