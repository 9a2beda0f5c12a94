import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Channel, type Principal, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import {
  type AskRequestSchema,
  type AskResponse,
  ConversationService,
} from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { Outcome, Turn_State } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { Passage } from '#lib/retrieval/artifact.ts';
import { type Client, createClient, openChannel, type RpcChannel } from '#lib/rpc/client.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Host, RunningService } from '#lib/service/host.ts';
import { type ConversationPeers, saying, startConversationPeers } from '#testing/conversation-peers.ts';
import { type TemporaryFolder, temporaryFolder } from '#testing/folders.ts';
import { testHost } from '#testing/host.ts';
import { until } from '#testing/waiting.ts';
import { startConversation } from './service.ts';

const ASSISTANT = 'assistants/velik';
const MATERIAL: readonly Passage[] = [
  {
    kind: 'example',
    source: `${ASSISTANT}/datasets/faq/examples/1`,
    title: 'faq',
    question: 'How do I reset my password?',
    text: 'Press **Forgot password**.',
    locale: 'en',
    locator: 'row 1',
    version: 'v1',
  },
  {
    kind: 'passage',
    source: `${ASSISTANT}/datasets/docs/documents/rules`,
    title: 'Rules',
    question: '',
    text: 'A lost bicycle must be reported within two hours by telephone.',
    locale: 'en',
    locator: 'Losses',
    version: 'v1',
  },
];
const QUESTION = 'When must a lost bicycle be reported?';

describe('the conversation service', () => {
  let host: Host;
  let folder: TemporaryFolder;
  let peers: ConversationPeers;
  let service: RunningService;
  let channel: RpcChannel;
  let conversation: Client<typeof ConversationService>;
  let sessions: Client<typeof SessionService>;

  const start = async (): Promise<void> => {
    service = await startConversation(
      {
        dataDir: folder.path,
        mongodbUrl: undefined,
        natsUrl: undefined,
        listenAddress: undefined,
        address: '127.0.0.1:0',
        llmAddress: peers.llmAddress,
        trainingAddress: peers.trainingAddress,
        indexMemory: 64 * 1024 ** 2,
        contextTokens: 6000,
        turnTimeout: 5000,
        sessionQueue: 5,
        handoffWait: 30 * 60_000,
        handoffSilence: 2 * 3_600_000,
      },
      host,
    );
    channel = openChannel({
      service: 'conversation',
      address: service.address,
      identity: await host.issue('gateway'),
      metrics: host.metrics,
    });
    conversation = createClient(ConversationService, channel);
    sessions = createClient(SessionService, channel);
  };
  const stop = async (): Promise<void> => {
    await channel[Symbol.asyncDispose]();
    await service.stop(500);
  };

  beforeEach(async () => {
    host = await testHost();
    folder = await temporaryFolder();
    peers = await startConversationPeers(host);
    peers.release(MATERIAL);
    await start();
  });

  afterEach(async () => {
    await stop();
    await peers[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const ask = (request: MessageInitShape<typeof AskRequestSchema>, principal = keyHolder('key-a')) =>
    conversation.ask({ assistant: ASSISTANT, ...request }, { principal });

  it('streams an answer with checked citations, and keeps the turn', async () => {
    peers.script = saying('Within two', ' hours [p1], by [p9] phone.');
    const seen = await collect(ask({ question: QUESTION, sessionId: 's1', requestId: 'r1' }));
    expect(seen.text).to.equal('Within two hours [1], by phone.');
    expect(seen.citations).to.deep.equal(['1 Rules: A lost bicycle must be reported within two hours by telephone.']);
    expect(seen.turn?.outcome).to.equal(Outcome.ANSWERED);
    expect(seen.turn?.model).to.equal('scripted');
    expect(seen.turn?.name).to.match(/^assistants\/velik\/sessions\/key-a\.s1\/turns\/[a-z0-9]{24}$/);
    const { turn } = await sessions.getTurn({ name: seen.turn?.name ?? '' }, { principal: keyHolder('key-a') });
    expect(turn?.answer).to.equal(seen.text);
    expect(turn?.state).to.equal(Turn_State.FINISHED);
  });

  it('sends a curated answer without a model', async () => {
    const seen = await collect(ask({ question: 'how do i reset my password' }));
    expect(seen.text).to.equal('Press **Forgot password**.');
    expect(seen.turn?.outcome).to.equal(Outcome.CURATED);
    expect(seen.citations).to.have.length(1);
    expect(peers.requests).to.have.length(0);
  });

  it('says that it does not know, in the language of the question', async () => {
    const seen = await collect(ask({ question: 'Кто написал оперу «Борис Годунов» и когда?' }));
    expect(seen.turn?.outcome).to.equal(Outcome.REFUSED);
    expect(seen.text).to.match(/^Не знаю/);
    expect(peers.requests).to.have.length(0);
  });

  it('says so too when the model finds nothing in the passages, and shows nothing of its marker', async () => {
    peers.script = saying('NO_ANSWER', '_IN_MATERIAL');
    const seen = await collect(ask({ question: QUESTION }));
    expect(seen.turn?.outcome).to.equal(Outcome.REFUSED);
    expect(seen.text).to.match(/^I don't know/);
  });

  it('answers small talk in its own language', async () => {
    expect((await collect(ask({ question: 'Guten Tag!' }))).text).to.match(/^Guten Tag! Ich bin /);
    expect((await collect(ask({ question: 'Muito obrigada' }))).text).to.match(/^De nada!/);
    expect((await collect(ask({ question: 'سلام' }))).turn).to.deep.include({
      outcome: Outcome.SMALL_TALK,
      language: 'fa',
    });
  });

  it('answers the same request once, however often it is asked', async () => {
    peers.script = saying('Within two hours [p1].');
    const all = await Promise.all(
      [1, 2, 3].map(() => collect(ask({ question: QUESTION, sessionId: 's', requestId: 'same' }))),
    );
    const again = await collect(ask({ question: QUESTION, sessionId: 's', requestId: 'same' }));
    expect(new Set([...all, again].map(({ text }) => text))).to.deep.equal(new Set(['Within two hours [1].']));
    expect(new Set([...all, again].map(({ turn }) => turn?.name)).size).to.equal(1);
    expect(peers.requests).to.have.length(1);
  });

  it('refuses a request_id that comes back with another question', async () => {
    await collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r' }));
    expect(await failureOf(collect(ask({ question: 'Another?', sessionId: 's', requestId: 'r' })))).to.equal(
      'REQUEST_ID_REUSED',
    );
  });

  it('keeps sessions of different callers apart, though they use the same ids', async () => {
    peers.script = saying('Within two hours [p1].');
    const mine = await collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r' }, keyHolder('key-a')));
    const theirs = await collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r' }, keyHolder('key-b')));
    expect(mine.turn?.name).not.to.equal(theirs.turn?.name);
    const name = mine.turn?.name ?? '';
    expect(await failureOf(sessions.getTurn({ name }, { principal: keyHolder('key-b') }))).to.equal('TURN_NOT_FOUND');
    const seenByReader = await sessions.getTurn({ name }, { principal: keyHolder('key-b', [Scope.ASK, Scope.READ]) });
    expect(seenByReader.turn?.name).to.equal(name);
  });

  it('runs the turns of a session one at a time in the order of their positions, and different sessions in parallel', async () => {
    const order: string[] = [];
    let running = 0;
    let most = 0;
    peers.script = async function* (request) {
      running += 1;
      most = Math.max(most, running);
      const last = request.messages.at(-1)?.parts.at(-1)?.content;
      order.push(last?.case === 'text' ? last.value : '');
      await new Promise((resolve) => setTimeout(resolve, 30));
      running -= 1;
      yield* saying('So [p1].')(request, AbortSignal.timeout(1000));
    };
    const questions = [1, 4, 3, 2].map((n) => QUESTION + '?'.repeat(n));
    const first = collect(ask({ question: questions[0] ?? '', sessionId: 's', position: 1n }));
    await until(() => order.length === 1);
    const rest = [4n, 3n, 2n].map((position, i) =>
      collect(ask({ question: questions[i + 1] ?? '', sessionId: 's', position })),
    );
    await Promise.all([first, ...rest]);
    expect(order.map((question) => question.length - QUESTION.length)).to.deep.equal([1, 2, 3, 4]);
    expect(most).to.equal(1);
    await Promise.all(['x', 'y'].map((sessionId) => collect(ask({ question: QUESTION, sessionId }))));
    expect(most).to.equal(2);
  });

  it('refuses questions beyond the queue of a session, by name', async () => {
    peers.script = stuck();
    const asked = Array.from({ length: 5 }, (_, i) =>
      collect(ask({ question: QUESTION, sessionId: 's', requestId: `r${i}` })),
    );
    const seen = async () =>
      (await sessions.getSession({ name: `${ASSISTANT}/sessions/key-a.s` }, { principal: keyHolder('key-a') })).session;
    await until(() => peers.requests.length === 1);
    for (let open = 0; open < 5; ) open = (await seen())?.openTurnCount ?? 0;
    expect(await failureOf(collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r9' })))).to.equal(
      'SESSION_QUEUE_FULL',
    );
    await conversation.stopTurns({ session: `${ASSISTANT}/sessions/key-a.s` }, { principal: keyHolder('key-a') });
    await Promise.all(asked);
  });

  it('stops what runs with what it has said, and what waits; the provider is told', async () => {
    let aborted = false;
    peers.script = async function* (_request, signal) {
      yield { event: { case: 'started', value: { model: 'scripted' } } };
      yield { event: { case: 'delta', value: { text: 'Within ' } } };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      aborted = true;
    };
    const running = collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r1' }));
    await until(() => peers.requests.length === 1);
    const waiting = collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r2' }));
    const session = `${ASSISTANT}/sessions/key-a.s`;
    const principal = keyHolder('key-a');
    for (let open = 0; open < 2; )
      open = (await sessions.getSession({ name: session }, { principal })).session?.openTurnCount ?? 0;
    expect((await conversation.stopTurns({ session }, { principal })).stoppedCount).to.equal(2);
    const [first, second] = await Promise.all([running, waiting]);
    expect([first.turn?.outcome, second.turn?.outcome]).to.deep.equal([Outcome.STOPPED, Outcome.STOPPED]);
    expect(first.turn?.answer).to.equal('Within ');
    await until(() => aborted);
  });

  it('ends a turn visibly when the model fails, and keeps what was said', async () => {
    peers.script = async function* () {
      yield { event: { case: 'delta', value: { text: 'Within two' } } };
      throw new RpcError({ code: 'ABORTED', reason: 'PROVIDER_STREAM_CUT', domain: 'llm.otvet', message: 'cut' });
    };
    const seen: Seen = { text: '', citations: [], turn: undefined };
    expect(await failureOf(collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r' }), seen))).to.equal(
      'PROVIDER_STREAM_CUT',
    );
    expect(seen.text).to.equal('Within two');
    const { turns } = await sessions.listTurns(
      { parent: `${ASSISTANT}/sessions/key-a.s` },
      { principal: keyHolder('key-a') },
    );
    expect(turns.map(({ outcome, failureReason, answer }) => ({ outcome, failureReason, answer }))).to.deep.equal([
      { outcome: Outcome.FAILED, failureReason: 'PROVIDER_STREAM_CUT', answer: 'Within two' },
    ]);
  });

  it('takes a stream that ends without its last step for a failure', async () => {
    peers.script = async function* () {
      yield { event: { case: 'delta', value: { text: 'Within two' } } };
    };
    expect(await failureOf(collect(ask({ question: QUESTION })))).to.equal('PROVIDER_STREAM_CUT');
  });

  it('finishes and keeps a turn whose caller left', async () => {
    const gate = Promise.withResolvers<void>();
    peers.script = async function* (request, signal) {
      await gate.promise;
      yield* saying('Within two hours [p1].')(request, signal);
    };
    const leave = new AbortController();
    const asked = collect(
      conversation.ask(
        { assistant: ASSISTANT, question: QUESTION, sessionId: 's', requestId: 'r' },
        { principal: keyHolder('key-a'), signal: leave.signal },
      ),
    );
    await until(() => peers.requests.length === 1);
    leave.abort();
    await failureOf(asked);
    gate.resolve();
    const back = await collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r' }));
    expect(back.text).to.equal('Within two hours [1].');
    expect(peers.requests).to.have.length(1);
  });

  it('takes up after a restart what was accepted before it, as a second attempt', async () => {
    peers.script = stuck();
    const asked = collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r' })).catch(() => undefined);
    await until(() => peers.requests.length === 1);
    await stop();
    await asked;
    peers.script = saying('Within two hours [p1].');
    await start();
    const seen = await collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r' }));
    expect(seen.text).to.equal('Within two hours [1].');
    expect(seen.turn?.attempt).to.equal(2);
  });

  it('fails a turn that was lost twice with its process', async () => {
    peers.script = stuck();
    for (const attempt of [1, 2]) {
      const asked = collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r' })).catch(() => undefined);
      await until(() => peers.requests.length === attempt);
      await stop();
      await asked;
      await start();
    }
    expect(await failureOf(collect(ask({ question: QUESTION, sessionId: 's', requestId: 'r' })))).to.equal(
      'ATTEMPTS_EXHAUSTED',
    );
  });

  it('answers from a new release within a second of its activation', async () => {
    peers.script = saying('x [p1].');
    await collect(ask({ question: QUESTION }));
    peers.release([{ ...(MATERIAL[0] as Passage), question: 'Is there a gift card?', text: 'Yes, at every desk.' }]);
    const end = Date.now() + 1000;
    let answer = '';
    while (answer !== 'Yes, at every desk.' && Date.now() < end)
      answer = (await collect(ask({ question: 'Is there a gift card?' }))).text;
    expect(answer).to.equal('Yes, at every desk.');
  });

  it('remembers the session in its prompts, until it begins anew', async () => {
    peers.script = saying('Within two hours [p1].');
    const historyOf = (i: number) => peers.requests[i]?.messages.length;
    await collect(ask({ question: QUESTION, sessionId: 's' }));
    await collect(ask({ question: 'And by telephone, the lost bicycle?', sessionId: 's' }));
    expect([historyOf(0), historyOf(1)]).to.deep.equal([2, 4]);
    await sessions.resetSession({ name: `${ASSISTANT}/sessions/key-a.s` }, { principal: keyHolder('key-a') });
    await collect(ask({ question: QUESTION, sessionId: 's', requestId: 'later' }));
    expect(historyOf(2)).to.equal(2);
  });

  it('answers in the language chosen for the session', async () => {
    const session = { name: `${ASSISTANT}/sessions/key-a.s`, language: 'ru' };
    await sessions.updateSession({ session, updateMask: { paths: ['language'] } }, { principal: keyHolder('key-a') });
    expect((await collect(ask({ question: 'Hello!', sessionId: 's' }))).text).to.match(/^Здравствуйте/);
  });

  it('knows no other assistants', async () => {
    expect(await failureOf(collect(ask({ assistant: 'assistants/nobody', question: 'Hello?' })))).to.equal(
      'ASSISTANT_UNKNOWN',
    );
  });
});

interface Seen {
  text: string;
  citations: string[];
  turn: Extract<AskResponse['event'], { case: 'finished' }>['value']['turn'];
}

async function collect(
  stream: AsyncIterable<AskResponse>,
  seen: Seen = { text: '', citations: [], turn: undefined },
): Promise<Seen> {
  for await (const { event } of stream) {
    if (event.case === 'started') seen.text = '';
    if (event.case === 'delta') seen.text += event.value.text;
    if (event.case === 'citation')
      seen.citations.push(`${event.value.number} ${event.value.title}: ${event.value.passage}`);
    if (event.case === 'finished') seen.turn = event.value.turn;
  }
  return seen;
}

async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'no failure';
  } catch (error) {
    return error instanceof RpcError ? error.failure.reason : String(error);
  }
}

function keyHolder(realm: string, scopes: Scope[] = [Scope.ASK]): Principal {
  return create(PrincipalSchema, { channel: Channel.API, realm, scopes });
}

/** A model that says nothing until it is cancelled. */
function stuck(): ConversationPeers['script'] {
  return async function* (_request, signal) {
    yield { event: { case: 'started', value: { model: 'scripted' } } };
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  };
}
