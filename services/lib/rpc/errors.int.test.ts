import { expect } from 'chai';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { collect, failureOf, type Rig, startRig } from '#lib/rpc/rpc.fixture.ts';
import { serve } from '#lib/rpc/server.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';

const full: Failure = {
  code: 'RESOURCE_EXHAUSTED',
  reason: 'SESSION_QUEUE_FULL',
  domain: 'conversation.otvet',
  message: 'Too many questions wait: 16.',
  metadata: { waiting: '16' },
  violations: [{ field: 'a.b[0]', description: 'is Ответ' }],
  retryAfterMs: 1_500,
};

const faults: Record<string, () => Promise<never>> = {
  told: () => Promise.reject(new RpcError(full)),
  rejects: () => Promise.reject(new Error('people wrote this')),
  throws: () => {
    throw new Error('people wrote this');
  },
  nothing: () => Promise.reject(undefined),
  odd: () => Promise.reject(new RpcError({ ...full, message: 'half a \ud83d pair' })),
  store: () => Promise.reject(new StoreUnavailable('disk full')),
};

describe('errors over the wire', () => {
  let rig: Rig;
  before(async () => {
    rig = await startRig([
      serve(AssistantService, {
        createAssistant: async () => ({}),
        getAssistant: ({ name }) => (faults[name.slice('assistants/'.length)] as () => Promise<never>)(),
        listAssistants: async () => ({ assistants: [{ persona: 'x'.repeat(5 * 1024 * 1024) }] }),
      }),
      serve(ConversationService, {
        async *ask({ question }) {
          yield { event: { case: 'delta', value: { sequence: 1, text: 'so far' } } };
          if (question === 'fail') throw new RpcError(full);
          // What a handler yields must fit the contract; this does not.
          yield { event: { case: 'delta', value: { sequence: 2 ** 40, text: '' } } };
        },
        askUnary: async () => ({}),
        transcribe: async () => ({}),
        stopTurns: () => {
          throw new Error('people wrote this');
        },
      }),
    ]);
  });
  after(() => rig[Symbol.asyncDispose]());
  beforeEach(() => rig.log.splice(0));

  it('arrive with reason, metadata, violations and retry time', async () => {
    const assistants = await rig.client(AssistantService, 'conversation');
    expect(await failureOf(assistants.getAssistant({ name: 'assistants/told' }))).to.deep.equal(full);
    expect(rig.log).to.deep.equal([]);
  });

  it('arrive even when their text is broken', async () => {
    const assistants = await rig.client(AssistantService, 'conversation');
    const failure = await failureOf(assistants.getAssistant({ name: 'assistants/odd' }));
    expect(failure).to.deep.include({ reason: 'SESSION_QUEUE_FULL', message: 'half a \ufffd pair' });
  });

  it('that nobody foresaw arrive as INTERNAL with an id, and the log holds the place under the id', async () => {
    const assistants = await rig.client(AssistantService, 'conversation');
    for (const fault of ['rejects', 'throws', 'nothing']) {
      rig.log.splice(0);
      const failure = await failureOf(assistants.getAssistant({ name: `assistants/${fault}` }));
      expect(failure).to.deep.include({ code: 'INTERNAL', reason: 'INTERNAL', domain: 'otvet' });
      expect(failure.message).not.to.include('people wrote this');
      expect(rig.log).to.have.length(1);
      expect(JSON.parse(rig.log[0] as string)).to.include({ level: 'error', id: failure.metadata?.id });
      expect(rig.log[0]).not.to.include('people wrote this');
    }
    expect(rig.log.join()).to.include('GetAssistant');
  });

  it('of the store arrive as UNAVAILABLE', async () => {
    const assistants = await rig.client(AssistantService, 'conversation');
    const failure = await failureOf(assistants.getAssistant({ name: 'assistants/store' }));
    expect(failure).to.deep.include({ code: 'UNAVAILABLE', reason: 'UNAVAILABLE' });
  });

  it('of the request arrive all at once', async () => {
    const adapter = await rig.client(ConversationService, 'telegram-adapter');
    const failure = await failureOf(collect(adapter.ask({ assistant: 'bank', sessionId: 'a b', question: ' ' })));
    expect(failure).to.deep.include({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
    const fields = (failure.violations ?? []).map(({ field }) => field);
    expect([...new Set(fields)]).to.deep.equal(['assistant', 'session_id', 'question']);
  });

  it('end a stream after what was sent before them', async () => {
    const adapter = await rig.client(ConversationService, 'telegram-adapter');
    for (const [question, code] of [
      ['fail', 'RESOURCE_EXHAUSTED'],
      ['misfit', 'INTERNAL'],
    ] as const) {
      const texts: (string | undefined)[] = [];
      const read = async (): Promise<void> => {
        for await (const { event } of adapter.ask({ assistant: 'assistants/bank', question })) {
          if (event.case === 'delta') texts.push(event.value.text);
        }
      };
      expect((await failureOf(read())).code).to.equal(code);
      expect(texts).to.deep.equal(['so far']);
    }
  });

  it('tell of messages that are too large, either way', async () => {
    const assistants = await rig.client(AssistantService, 'telegram-adapter');
    expect((await failureOf(assistants.listAssistants({}))).code).to.equal('INTERNAL');
    const large = await failureOf(assistants.listAssistants({ pageToken: 'x'.repeat(5 * 1024 * 1024) }));
    expect(large).to.deep.include({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
    expect(large.metadata).to.include({ max_bytes: String(4 * 1024 * 1024) });
  });
});
