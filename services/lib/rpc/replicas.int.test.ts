import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Channel, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import type { NameService } from '#lib/rpc/addresses.ts';
import { type Client, createClient, openChannel, type RpcChannel } from '#lib/rpc/client.ts';
import { collect, failureOf, type Rig, startRig, until } from '#lib/rpc/rpc.fixture.ts';
import { type RpcServerOptions, serve } from '#lib/rpc/server.ts';

const principal = create(PrincipalSchema, {
  channel: Channel.TELEGRAM,
  realm: 'tg-1',
  subject: '1',
  scopes: [Scope.ASK],
});
const owner = create(PrincipalSchema, { channel: Channel.API, realm: 'key-k', scopes: [Scope.ADMIN] });
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

  it('get a question again that broke off before the first step, as the same request', async () => {
    await using authority = await startRig([]);
    const asked: { replica: string; requestId: string }[] = [];
    const replica = (name: string, answer: (signal: AbortSignal) => Promise<void>) =>
      serve(ConversationService, {
        async *ask({ requestId }, { signal }) {
          asked.push({ replica: name, requestId });
          await answer(signal);
          yield { event: { case: 'delta', value: { sequence: 1, text: name } } };
        },
        askUnary: async () => ({}),
        transcribe: async () => ({}),
        stopTurns: async () => ({}),
      });
    const hang = (signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    const identity = await authority.issue('training');
    const dying = await startRig([replica('dying', hang)], { identity });
    const { address } = dying.server;
    await using channel = await channelTo(authority, address, undefined, 'telegram-adapter');
    const question = { assistant: 'assistants/bank', question: 'How?' };
    const answer = collect(createClient(ConversationService, channel).ask(question, { principal }));
    await until(() => asked.length === 1);
    await dying[Symbol.asyncDispose]();
    await using _ = await startRig([replica('living', () => Promise.resolve())], { identity, address });
    expect((await answer).map(({ event }) => event.value)).to.have.nested.property('[0].text', 'living');
    expect(asked.map(({ replica }) => replica)).to.deep.equal(['dying', 'living']);
    expect(asked[0]?.requestId).to.match(/^.{16,}$/);
    expect(asked[1]?.requestId).to.equal(asked[0]?.requestId);
  });

  it('never get a call twice that does not say that it may be repeated', async () => {
    await using authority = await startRig([]);
    const created: string[] = [];
    const replica = (name: string) =>
      serve(AssistantService, {
        createAssistant: (_, { signal }) => {
          created.push(name);
          return new Promise((resolve) => signal.addEventListener('abort', () => resolve({})));
        },
        getAssistant: async () => ({}),
        listAssistants: async () => ({}),
      });
    const identity = await authority.issue('training');
    await using first = await startRig([replica('first')], { identity });
    await using second = await startRig([replica('second')], { identity });
    const addresses = `${first.server.address},${second.server.address}`;
    await using channel = await channelTo(authority, addresses, undefined, 'gateway');
    const client = createClient(AssistantService, channel);
    const request = { assistantId: 'bank', assistant: { displayName: 'Bank' } };
    const creating = failureOf(client.createAssistant(request, { principal: owner }));
    await until(() => created.length === 1);
    await (created[0] === 'first' ? first : second).server.stop(0);
    expect((await creating).code).to.equal('UNAVAILABLE');
    expect(created).to.have.length(1);
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

async function channelTo(
  authority: Rig,
  address: string,
  names?: NameService,
  caller = 'conversation',
): Promise<RpcChannel> {
  const identity = await authority.issue(caller);
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
