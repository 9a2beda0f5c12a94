import { expect } from 'chai';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import type { CallContext } from '#lib/rpc/context.ts';
import { collect, failureOf, type Rig, startRig, until } from '#lib/rpc/rpc.fixture.ts';
import { type Handlers, serve } from '#lib/rpc/server.ts';
import { RpcError } from '#lib/rpc/status.ts';

type Ask = Handlers<typeof ConversationService>['ask'];

const question = { assistant: 'assistants/bank', question: 'How?' };

/** What a test's handler noticed. */
interface Noticed {
  context?: CallContext;
  yielded: number;
  returned: boolean;
}

describe('streams and cancellation', () => {
  let rig: Rig;
  let ask: Ask;
  let get: Handlers<typeof AssistantService>['getAssistant'];
  let noticed: Noticed;

  before(async () => {
    rig = await startRig([
      serve(ConversationService, {
        ask: (request, context) => ask(request, context),
        askUnary: async () => ({}),
        transcribe: async () => ({}),
        stopTurns: async () => ({}),
      }),
      serve(AssistantService, {
        createAssistant: async () => ({}),
        getAssistant: (request, context) => get(request, context),
        listAssistants: async () => ({}),
      }),
    ]);
  });
  after(() => rig[Symbol.asyncDispose]());
  beforeEach(() => {
    noticed = { yielded: 0, returned: false };
  });

  /** Yields so many deltas of this size as fast as it may. */
  const deltas = (count: number, size: number): Ask =>
    async function* (_, context) {
      noticed.context = context;
      try {
        for (let sequence = 1; sequence <= count; sequence++) {
          noticed.yielded = sequence;
          yield { event: { case: 'delta', value: { sequence, text: 'x'.repeat(size) } } };
        }
      } finally {
        noticed.returned = true;
      }
    };

  it('carries every response, in order', async () => {
    ask = deltas(1_000, 10);
    const adapter = await rig.client(ConversationService, 'telegram-adapter');
    const sequences = (await collect(adapter.ask(question))).map(
      ({ event }) => event.case === 'delta' && event.value.sequence,
    );
    expect(sequences).to.deep.equal(Array.from({ length: 1_000 }, (_, index) => index + 1));
  });

  it('goes at the pace of the reader', async () => {
    ask = deltas(2_000, 16 * 1024);
    const adapter = await rig.client(ConversationService, 'telegram-adapter');
    const responses = adapter.ask(question)[Symbol.asyncIterator]();
    await responses.next();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(noticed.yielded).to.be.lessThan(200);
    await responses.return?.();
    await until(() => noticed.returned);
  });

  it('aborts the handler at once when the caller breaks off', async () => {
    ask = async function* (_, context) {
      noticed.context = context;
      try {
        yield { event: { case: 'delta', value: { sequence: 1, text: 'a' } } };
        await new Promise((_resolve, reject) => {
          context.signal.addEventListener('abort', () => reject(context.signal.reason));
        });
      } finally {
        noticed.returned = true;
      }
    };
    const adapter = await rig.client(ConversationService, 'telegram-adapter');
    for await (const _ of adapter.ask(question)) break;
    await until(() => noticed.returned);
    const reason: unknown = noticed.context?.signal.reason;
    expect(reason instanceof RpcError && reason.failure.code).to.equal('CANCELLED');
    expect(rig.log).to.deep.equal([]);
  });

  it('calls return() of an iterator that waits, and lets go of one that yields afterwards', async () => {
    let release: (() => void) | undefined;
    ask = () => ({
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            release = () => resolve({ done: false, value: { event: { case: 'delta', value: { text: 'late' } } } });
          }),
        return: async () => {
          noticed.returned = true;
          throw new Error('nobody hears this');
        },
      }),
    });
    const adapter = await rig.client(ConversationService, 'telegram-adapter');
    const responses = adapter.ask(question)[Symbol.asyncIterator]();
    const first = responses.next();
    await until(() => release !== undefined);
    await responses.return?.();
    expect(await first).to.deep.equal({ done: true, value: undefined });
    await until(() => noticed.returned);
    release?.();
    expect((await collectInFlight(rig)).at(-1)).to.equal('0');
  });

  it('carries a cancellation of a unary call to the handler', async () => {
    get = (_, context) => {
      noticed.context = context;
      return new Promise((_resolve, reject) => {
        context.signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    };
    const assistants = await rig.client(AssistantService, 'conversation');
    const caller = new AbortController();
    const call = failureOf(assistants.getAssistant({ name: 'assistants/bank' }, { signal: caller.signal }));
    await until(() => noticed.context !== undefined);
    caller.abort();
    expect((await call).code).to.equal('CANCELLED');
    await until(() => noticed.context?.signal.aborted === true);
    const before = await failureOf(assistants.getAssistant({ name: 'assistants/bank' }, { signal: caller.signal }));
    expect(before.code).to.equal('CANCELLED');
    expect(rig.log).to.deep.equal([]);
  });

  it('shrinks the deadline on each hop, and carries the end of one call to the next', async () => {
    const assistants = await rig.client(AssistantService, 'conversation');
    const deadlines: number[] = [];
    const contexts: CallContext[] = [];
    get = async ({ name }, context) => {
      deadlines.push(context.deadline);
      contexts.push(context);
      if (name === 'assistants/b') return new Promise(() => undefined);
      return assistants.getAssistant({ name: 'assistants/b' }, { context, timeoutMs: 60_000 });
    };
    const started = Date.now();
    const failure = await failureOf(assistants.getAssistant({ name: 'assistants/a' }, { timeoutMs: 300 }));
    expect(failure).to.deep.include({ code: 'DEADLINE_EXCEEDED', reason: 'DEADLINE_EXCEEDED' });
    expect(Date.now() - started).to.be.within(200, 600);
    expect(deadlines[1]).to.be.lessThan(deadlines[0] as number);
    await until(() => contexts[1]?.signal.aborted === true);
  });

  it('leaves the signal alone once the call was answered', async () => {
    get = async (_, context) => {
      noticed.context = context;
      return {};
    };
    const assistants = await rig.client(AssistantService, 'conversation');
    await assistants.getAssistant({ name: 'assistants/bank' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(noticed.context?.signal.aborted).to.equal(false);
  });
});

/** The values of the in-flight gauge until it shows 0, at most 50. */
async function collectInFlight(rig: Rig): Promise<string[]> {
  const values: string[] = [];
  while (values.at(-1) !== '0' && values.length < 50) {
    const shown = await rig.metrics.getSingleMetricAsString('otvet_rpc_server_in_flight');
    values.push(/\} (\d+)$/m.exec(shown)?.[1] ?? '');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return values;
}
