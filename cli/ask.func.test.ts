import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, type ConnectRouter } from '@connectrpc/connect';
import { expect } from 'chai';
import {
  type AskRequest,
  type AskResponseSchema,
  ConversationService,
} from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { Outcome, type TurnSchema } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { refusal, runForTest, startTestServer, type TestServer } from './server-for-test.ts';

type Step = MessageInitShape<typeof AskResponseSchema>;

const TURN = 'assistants/hotel/sessions/key-1.cli/turns/t1';
const started = (attempt = 1): Step => ({ event: { case: 'started', value: { turn: TURN, attempt } } });
const delta = (sequence: number, text: string): Step => ({ event: { case: 'delta', value: { sequence, text } } });
const finished = (turn: MessageInitShape<typeof TurnSchema>): Step => ({
  event: { case: 'finished', value: { turn: { name: TURN, outcome: Outcome.ANSWERED, language: 'en', ...turn } } },
});

const citation = {
  number: 1,
  source: 'assistants/hotel/datasets/rules/documents/d1',
  title: 'House rules',
  passage: 'Breakfast is served\nfrom 7:00 to 10:30.',
  locator: 'Breakfast',
};
const answer = [
  started(),
  delta(1, 'From '),
  delta(2, 'seven [1].'),
  finished({ answer: 'From seven [1].', citations: [citation] }),
];

describe('otvet ask', () => {
  let server: TestServer;
  let asked: AskRequest[];
  let stopped: string[];
  let script: (request: AskRequest, call: number) => AsyncIterable<Step> | Iterable<Step>;
  let assistants: string[];

  beforeEach(async () => {
    asked = [];
    stopped = [];
    assistants = ['hotel'];
    script = () => answer;
    server = await startTestServer((router: ConnectRouter) => {
      router.service(ConversationService, {
        async *ask(request) {
          asked.push(request);
          yield* script(request, asked.length);
        },
        stopTurns: ({ session }) => {
          stopped.push(session);
          return { stoppedCount: 1 };
        },
      });
      router.service(AssistantService, {
        listAssistants: () => ({ assistants: assistants.map((name) => ({ name: `assistants/${name}` })) }),
      });
    });
  });

  afterEach(() => server[Symbol.asyncDispose]());

  it('prints the answer and its numbered sources', async () => {
    const { exit, out, err } = await server.run('ask', 'When', 'is', 'breakfast?');
    expect(exit).to.equal(0);
    expect(out).to.equal(
      'From seven [1].\n\nSources\n [1] House rules — Breakfast\n     Breakfast is served from 7:00 to 10:30.\n',
    );
    expect(err).to.equal('');
    expect(asked[0]).to.include({ assistant: 'assistants/hotel', question: 'When is breakfast?' });
    expect(server.keys.at(-1)).to.equal('Bearer otvet_test');
  });

  it('prints one JSON object for scripts', async () => {
    const { exit, out } = await server.run('ask', '--json', 'When is breakfast?');
    expect(exit).to.equal(0);
    expect(JSON.parse(out)).to.deep.equal({
      text: 'From seven [1].',
      citations: [citation],
      outcome: 'answered',
      turn: TURN,
    });
  });

  it('shows the words on a terminal as they come', async () => {
    const { out } = await runForTest(['ask', 'x'], { OTVET_URL: server.url, OTVET_API_KEY: 'k' }, { isTTY: true });
    expect(out).to.match(/^From seven \[1\]\.\n\nSources\n/);
  });

  it('passes on assistant, session and language', async () => {
    await server.run('ask', 'Когда завтрак?', '-a', 'museum', '--session', 'anna', '--lang', 'ru');
    expect(asked[0]).to.include({ assistant: 'assistants/museum', sessionId: 'anna', language: 'ru' });
  });

  it('asks which assistant where there are several', async () => {
    assistants = ['hotel', 'museum'];
    const { exit, err } = await server.run('ask', 'When?');
    expect(exit).to.equal(2);
    expect(err).to.equal('otvet: say which assistant with --assistant: hotel, museum\n');
  });

  it('exits with 5 when the assistant does not know', async () => {
    script = () => [
      started(),
      delta(1, 'I do not know.'),
      finished({ answer: 'I do not know.', outcome: Outcome.REFUSED }),
    ];
    expect(await server.run('ask', 'Who?')).to.include({ exit: 5, out: 'I do not know.\n' });
  });

  it('resumes a lost connection where it broke, as the same question', async () => {
    script = async function* (_, call) {
      if (call === 1) {
        yield started();
        yield delta(1, 'From ');
        await new Promise((done) => setTimeout(done, 50));
        server.cut();
        await new Promise((done) => setTimeout(done, 50));
        return;
      }
      yield started();
      yield delta(2, 'seven [1].');
      yield finished({ answer: 'From seven [1].', citations: [citation] });
    };
    const { exit, out } = await runForTest(
      ['ask', 'When?'],
      { OTVET_URL: server.url, OTVET_API_KEY: 'k' },
      { isTTY: true },
    );
    expect(exit).to.equal(0);
    expect(out.replace(/\n(?=seven)/, '')).to.match(/^From seven \[1\]\.\n\nSources/);
    expect(asked).to.have.lengthOf(2);
    expect(asked[1]?.requestId)
      .to.equal(asked[0]?.requestId)
      .and.match(/^cli-\w{16}/);
    expect(asked[1]?.sessionId).to.equal(asked[0]?.sessionId);
    expect(asked[1]?.after).to.include({ attempt: 1, sequence: 1 });
  });

  it('says so when the answer begins anew, and never mixes the two', async () => {
    script = () => [started(), delta(1, 'Half an ans'), started(2), delta(1, 'Whole.'), finished({ answer: 'Whole.' })];
    const live = await runForTest(['ask', 'x'], { OTVET_URL: server.url, OTVET_API_KEY: 'k' }, { isTTY: true });
    expect(live.out).to.equal('Half an ans\n— the answer begins anew —\nWhole.\n');
    expect((await server.run('ask', 'x')).out).to.equal('Whole.\n');
  });

  it('stops the turn at the server on Ctrl-C', async () => {
    const interrupt = new AbortController();
    script = async function* () {
      yield started();
      yield delta(1, 'Let me th');
      setTimeout(() => interrupt.abort(), 20);
      await new Promise((done) => setTimeout(done, 3_000).unref());
    };
    const env = { OTVET_URL: server.url, OTVET_API_KEY: 'k' };
    const ran = await runForTest(['ask', 'x'], env, { isTTY: true, interrupted: interrupt.signal });
    expect(ran).to.include({ exit: 130, out: 'Let me th\n' });
    expect(stopped).to.deep.equal(['assistants/hotel/sessions/key-1.cli']);
  });

  it('obeys no escape sequence that a model or a source writes', async () => {
    const evil = '\u001b]0;pwned\u0007\u001b[2Jhi\u202e';
    script = () => [
      started(),
      delta(1, evil),
      finished({ answer: evil, citations: [{ ...citation, title: evil, passage: evil }] }),
    ];
    const live = await runForTest(['ask', 'x'], { OTVET_URL: server.url, OTVET_API_KEY: 'k' }, { isTTY: true });
    const piped = await server.run('ask', 'x');
    for (const out of [live.out, piped.out]) expect(out).not.to.match(/[^\P{Cc}\n]|\u202e/u);
  });

  it('tells refusals in one line, with an exit code', async () => {
    const cases: [Code, string, number, RegExp][] = [
      [Code.Unauthenticated, 'CREDENTIALS_MISSING', 4, /Set OTVET_API_KEY/],
      [Code.PermissionDenied, 'SCOPE_MISSING', 4, /otvet keys create/],
      [Code.InvalidArgument, 'INVALID_REQUEST', 2, /no good/],
      [Code.ResourceExhausted, 'SESSION_QUEUE_FULL', 1, /no good/],
      [Code.NotFound, 'ASSISTANT_UNKNOWN', 1, /otvet assistants/],
      [Code.Unavailable, 'PROVIDER_UNAVAILABLE', 1, /no good/],
    ];
    for (const [code, reason, expected, words] of cases) {
      script = () => {
        throw refusal(code, reason, 'no good');
      };
      const { exit, out, err } = await server.run('ask', 'x');
      expect({ exit, out }, reason).to.deep.equal({ exit: expected, out: '' });
      expect(err, reason)
        .to.match(words)
        .and.to.match(/^otvet: [^\n]*\n$/);
    }
  });
});
