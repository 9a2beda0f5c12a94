import { Code, ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { type Constellation, startConstellation } from '../constellation.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { type ProviderDouble, startProviderDouble } from '../provider-double.ts';
import { Partner } from '../public-api.ts';

const assistant = 'assistants/lastochka';
const question = 'Can the deposit for a cargo bicycle be returned when I was late?';

describe('the end of a call, over gateway, conversation, llm and provider', () => {
  let folder: TemporaryFolder;
  let provider: ProviderDouble;
  let otvet: Constellation;
  let partner: Partner;

  before(async function () {
    this.timeout(60_000);
    folder = await temporaryFolder();
    provider = await startProviderDouble();
    otvet = await startConstellation('five processes', folder.path, {
      OTVET_LOG_LEVEL: 'silent',
      OPENAI_BASE_URL: provider.url,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_MODEL: 'test-model',
      OTVET_TURN_TIMEOUT: '2500ms',
    });
    partner = new Partner(otvet.url, otvet.apiKey, 'grpc');
    while ((await partner.ask('lastochka', question)).turn.release === '') await pause(50);
    provider.script({ hangAfter: 1, tokens: ['Partly ', 'said.'] });
  });
  after(async () => {
    await otvet.stop();
    await provider.close();
    await folder[Symbol.asyncDispose]();
  });

  /** How asking fails for the caller. */
  const ask = (sessionId: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
    failureOf(
      partner.client(ConversationService).askUnary({ assistant, question, sessionId, requestId: sessionId }, options),
    );
  /** Resolves when the provider has seen so many more requests end early. */
  const aborted = (more: number) => {
    const before = provider.counts().aborted;
    return () => provider.waitFor(() => provider.counts().aborted >= before + more, 5_000);
  };

  it('is the deadline of the caller, who hears of it in time; the turn goes on, until its own', async () => {
    const gone = aborted(1);
    expect((await ask('deadline', { timeoutMs: 600 })).code).to.equal(Code.DeadlineExceeded);
    expect(provider.counts().active).to.equal(1);
    // The deadline of the turn reaches the provider through llm.
    await gone();
    expect(provider.counts().active).to.equal(0);
  }).timeout(10_000);

  it('is a cancellation, which leaves the turn alone, and a stop, which ends the request at the provider', async () => {
    const gone = aborted(1);
    const leave = new AbortController();
    const left = ask('left', { signal: leave.signal });
    await provider.waitFor(() => provider.counts().active === 1);
    leave.abort();
    expect((await left).code).to.equal(Code.Canceled);
    await pause(200);
    expect(provider.counts().active).to.equal(1);
    const conversation = partner.client(ConversationService);
    const asked = await collectUntilDelta(
      conversation.ask({ assistant, question, sessionId: 'left', requestId: 'left' }),
    );
    const session = asked.slice(0, asked.indexOf('/turns/'));
    expect((await conversation.stopTurns({ session })).stoppedCount).to.equal(1);
    await gone();
    expect(provider.counts().active).to.equal(0);
  }).timeout(10_000);
});

/** The name of the turn that is being told; leaves the stream once text came. */
async function collectUntilDelta(
  steps: AsyncIterable<{ event: { case?: string | undefined; value?: unknown } }>,
): Promise<string> {
  let turn = '';
  for await (const { event } of steps) {
    if (event.case === 'started') ({ turn } = event.value as { turn: string });
    if (event.case === 'delta') break;
  }
  return turn;
}

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(
    () => undefined,
    (rejected: unknown) => rejected,
  );
  expect(error).to.be.instanceOf(ConnectError);
  return error as ConnectError;
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}
