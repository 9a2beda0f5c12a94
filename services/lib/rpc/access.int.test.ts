import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Channel, type Principal, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { failureOf, type Rig, startRig } from '#lib/rpc/rpc.fixture.ts';
import { serve } from '#lib/rpc/server.ts';

const api = create(PrincipalSchema, {
  channel: Channel.API,
  realm: 'key-k',
  scopes: [Scope.ASK],
  assistants: ['assistants/bank'],
});

describe('access over mTLS', () => {
  let rig: Rig;
  const seen: { caller: string; principal: Principal | undefined }[] = [];

  before(async () => {
    rig = await startRig([
      serve(AssistantService, {
        createAssistant: async () => ({}),
        async getAssistant({ name }, { caller, principal }) {
          seen.push({ caller, principal });
          return { assistant: { name } };
        },
        listAssistants: async () => ({}),
      }),
      serve(ConversationService, {
        ask: () => empty(),
        askUnary: async () => ({}),
        transcribe: async () => ({}),
        stopTurns: async () => ({ stoppedCount: 1 }),
      }),
    ]);
  });
  after(() => rig[Symbol.asyncDispose]());
  beforeEach(() => seen.splice(0));

  it('tells the handler who calls, by certificate, and on whose behalf', async () => {
    const gateway = await rig.client(AssistantService, 'gateway');
    await gateway.getAssistant({ name: 'assistants/bank' }, { principal: api });
    const conversation = await rig.client(AssistantService, 'conversation');
    await conversation.getAssistant({ name: 'assistants/bank' });
    expect(seen).to.deep.equal([
      { caller: 'gateway', principal: api },
      { caller: 'conversation', principal: undefined },
    ]);
  });

  it('refuses a certificate of another authority', async () => {
    const stranger = await createAuthority('otvet.local', Date.now());
    const own = await rig.issue('training');
    // It believes our server, but the server does not believe it.
    const identity = { ...(await stranger.issue('gateway')), authority: own.authority };
    await using channel = openChannel({
      service: 'training',
      address: rig.server.address,
      identity,
      metrics: rig.metrics,
    });
    const failure = await failureOf(createClient(AssistantService, channel).getAssistant({ name: 'assistants/bank' }));
    expect(failure.code).to.equal('UNAVAILABLE');
    expect(seen).to.deep.equal([]);
  });

  it('refuses a server of another authority, and one of another name', async () => {
    const identity = await rig.issue('gateway');
    const other = await (await createAuthority('otvet.local', Date.now())).issue('gateway');
    for (const [service, own] of [
      ['llm', identity],
      ['training', other],
    ] as const) {
      await using channel = openChannel({
        service,
        address: rig.server.address,
        identity: own,
        metrics: rig.metrics,
      });
      const call = createClient(AssistantService, channel).getAssistant({ name: 'assistants/bank' });
      expect((await failureOf(call)).code, service).to.equal('UNAVAILABLE');
    }
    expect(seen).to.deep.equal([]);
  });

  it('refuses a certificate of another trust domain', async () => {
    const authority = await createAuthority('elsewhere.example', Date.now());
    const foreign = await startRig([], { identity: { ...(await authority.issue('training')) } });
    await using _ = foreign;
    // Same keys and authority, so TLS itself succeeds on the server's side; the name decides.
    const identity = await rig.issue('gateway');
    await using channel = openChannel({
      service: 'training',
      address: foreign.server.address,
      identity,
      metrics: rig.metrics,
    });
    const failure = await failureOf(createClient(AssistantService, channel).getAssistant({ name: 'assistants/bank' }));
    expect(failure.code).to.equal('UNAVAILABLE');
  });

  it('refuses a caller that the method does not list', async () => {
    const llm = await rig.client(AssistantService, 'llm');
    const failure = await failureOf(llm.getAssistant({ name: 'assistants/bank' }));
    expect(failure).to.deep.include({ code: 'PERMISSION_DENIED', reason: 'CALLER_NOT_ALLOWED', domain: 'otvet' });
    expect(failure.metadata).to.include({ caller: 'llm' });
  });

  it('refuses a principal from a service that may not speak for it', async () => {
    const adapter = await rig.client(AssistantService, 'telegram-adapter');
    const failure = await failureOf(adapter.getAssistant({ name: 'assistants/bank' }, { principal: api }));
    expect(failure.reason).to.equal('CALLER_NOT_ALLOWED');
    expect(seen).to.deep.equal([]);
  });

  it('asks for a principal, a whole one, at the public edge', async () => {
    const gateway = await rig.client(AssistantService, 'gateway');
    const malformed = create(PrincipalSchema, { ...api, realm: 'not a realm' });
    for (const options of [{}, { principal: malformed }]) {
      const failure = await failureOf(gateway.getAssistant({ name: 'assistants/bank' }, options));
      expect(failure).to.deep.include({ code: 'UNAUTHENTICATED', reason: 'PRINCIPAL_MISSING' });
    }
  });

  it('checks scope and assistant again', async () => {
    const gateway = await rig.client(AssistantService, 'gateway');
    const create = await failureOf(gateway.createAssistant({}, { principal: api }));
    expect(create.reason).to.equal('SCOPE_MISSING');
    const other = await failureOf(gateway.getAssistant({ name: 'assistants/shop' }, { principal: api }));
    expect(other).to.deep.include({ code: 'PERMISSION_DENIED', reason: 'ASSISTANT_NOT_ALLOWED' });
    const sessions = await rig.client(ConversationService, 'gateway');
    const session = await failureOf(sessions.stopTurns({ session: 'assistants/shop/sessions/s' }, { principal: api }));
    expect(session.reason).to.equal('ASSISTANT_NOT_ALLOWED');
    const { stoppedCount } = await sessions.stopTurns({ session: 'assistants/bank/sessions/s' }, { principal: api });
    expect(stoppedCount).to.equal(1);
  });
});

function empty(): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }) };
}
