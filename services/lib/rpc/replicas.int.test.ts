import { expect } from 'chai';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import type { NameService } from '#lib/rpc/addresses.ts';
import { type Client, createClient, openChannel, type RpcChannel } from '#lib/rpc/client.ts';
import { type Rig, startRig } from '#lib/rpc/rpc.fixture.ts';
import { type RpcServerOptions, serve } from '#lib/rpc/server.ts';

const bank = { name: 'assistants/bank' };

describe('several replicas behind one channel', () => {
  it('share the calls', async () => {
    await using authority = await startRig([]);
    await using first = await startReplica('first', authority);
    await using second = await startReplica('second', authority);
    await using channel = await channelTo(authority, `${first.server.address},${second.server.address}`);
    await answeredBy(createClient(AssistantService, channel), ['first', 'second']);
  });

  it('take over from one that is gone, and give it calls again when it is back', async () => {
    await using authority = await startRig([]);
    await using first = await startReplica('first', authority);
    const second = await startReplica('second', authority);
    const { address } = second.server;
    await using channel = await channelTo(authority, `${first.server.address},${address}`);
    const client = createClient(AssistantService, channel);
    await answeredBy(client, ['first', 'second']);
    await second[Symbol.asyncDispose]();
    for (let i = 0; i < 20; i++) expect(await nameFrom(client)).to.equal('first');
    await using _ = await startReplica('back', authority, { address });
    await answeredBy(client, ['first', 'back']);
  });

  it('are found by a name, also those that come later, and while the name service is away', async () => {
    await using authority = await startRig([]);
    await using first = await startReplica('first', authority);
    const port = first.server.address.split(':')[1];
    await using _ = await startReplica('second', authority, { address: `127.0.0.2:${port}` });
    let known: readonly string[] | Error = ['127.0.0.1'];
    const addressesOf = async () => {
      if (known instanceof Error) throw known;
      return known;
    };
    await using channel = await channelTo(authority, `training.example:${port}`, { addressesOf, askEveryMs: 50 });
    const client = createClient(AssistantService, channel);
    await answeredBy(client, ['first']);
    known = ['127.0.0.1', '127.0.0.2'];
    await answeredBy(client, ['first', 'second']);
    known = new Error('the name service is away');
    await first[Symbol.asyncDispose]();
    for (let i = 0; i < 20; i++) expect(await nameFrom(client)).to.equal('second');
  });
});

function startReplica(name: string, authority: Rig, options: Partial<RpcServerOptions> = {}): Promise<Rig> {
  const served = serve(AssistantService, {
    createAssistant: async () => ({ assistant: { displayName: name } }),
    getAssistant: async () => ({ assistant: { displayName: name } }),
    listAssistants: async () => ({}),
  });
  return authority.issue('training').then((identity) => startRig([served], { identity, ...options }));
}

async function channelTo(authority: Rig, address: string, names?: NameService): Promise<RpcChannel> {
  const identity = await authority.issue('conversation');
  const { metrics } = authority;
  return openChannel({ service: 'training', address, identity, metrics, ...(names ? { names } : {}) });
}

async function nameFrom(client: Client<typeof AssistantService>): Promise<string> {
  return (await client.getAssistant(bank)).assistant?.displayName ?? '';
}

/** Calls until each of these answered; no call may fail. */
async function answeredBy(client: Client<typeof AssistantService>, names: readonly string[]): Promise<void> {
  const answered = new Set<string>();
  const end = performance.now() + 10_000;
  while (answered.size < names.length && performance.now() < end) {
    answered.add(await nameFrom(client));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect([...answered].sort()).to.deep.equal([...names].sort());
}
