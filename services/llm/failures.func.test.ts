import { expect } from 'chai';
import { type ProviderDouble, providerErrors, startProviderDouble } from '#testing/provider-double.ts';
import { plain, startForTest } from './started-for-test.ts';

describe('the llm service, when the endpoint fails', () => {
  let provider: ProviderDouble;
  let owned: AsyncDisposableStack;

  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    provider = owned.use(await startProviderDouble());
  });

  afterEach(() => owned.disposeAsync());

  const start = async (env: Record<string, string> = {}) =>
    owned.use(await startForTest({ OPENAI_BASE_URL: provider.url, ...env }));

  it('tries again before the first text when the endpoint is down, overloaded or limits the rate', async () => {
    const { ask, metrics } = await start();
    provider.script([
      { error: providerErrors.serverError },
      { error: providerErrors.rateLimited(0.05) },
      { tokens: ['ok'] },
    ]);
    expect(await ask()).to.include({ text: 'ok', failure: undefined });
    expect(provider.counts().total).to.equal(3);
    const text = await metrics.metrics();
    expect(text).to.match(/otvet_model_retries_total\{model="test-model",reason="PROVIDER_UNAVAILABLE"\} 1/);
    expect(text).to.match(/otvet_model_retries_total\{model="test-model",reason="PROVIDER_RATE_LIMITED"\} 1/);
  });

  it('waits as long as retry-after says', async () => {
    const { ask } = await start();
    provider.script([{ error: providerErrors.rateLimited(0.3) }, { tokens: ['ok'] }]);
    await ask();
    const [first, second] = provider.requests();
    expect((second?.at ?? 0) - (first?.at ?? 0)).to.be.at.least(300);
  });

  it('gives up when retry-after is too long, and says how long', async () => {
    const { ask } = await start();
    provider.script([{ error: providerErrors.rateLimited(60) }]);
    const { failure } = await ask();
    expect(failure).to.include({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'PROVIDER_RATE_LIMITED',
      domain: 'llm.otvet',
      retryAfterMs: 60_000,
    });
    expect(provider.counts().total).to.equal(1);
  });

  it('gives up after its retries', async () => {
    const { ask } = await start();
    provider.script({ error: providerErrors.overloaded });
    expect((await ask()).failure).to.include({ code: 'UNAVAILABLE', reason: 'PROVIDER_UNAVAILABLE' });
    expect(provider.counts().total).to.equal(3);
  });

  it('does not try again what cannot pass: spent quota, a wrong key, a bad prompt', async () => {
    const { ask } = await start();
    provider.script([
      { error: providerErrors.quotaExhausted },
      { error: providerErrors.wrongKey },
      { error: providerErrors.noSuchModel('test-model') },
      { error: providerErrors.contextTooLong(10, 20) },
    ]);
    expect((await ask()).failure).to.include({ code: 'FAILED_PRECONDITION', reason: 'PROVIDER_QUOTA_EXHAUSTED' });
    expect((await ask()).failure).to.include({ code: 'FAILED_PRECONDITION', reason: 'PROVIDER_REJECTED_CREDENTIALS' });
    expect((await ask()).failure).to.include({ code: 'FAILED_PRECONDITION', reason: 'PROVIDER_REJECTED_CREDENTIALS' });
    expect((await ask()).failure).to.include({ code: 'INVALID_ARGUMENT', reason: 'PROVIDER_REJECTED_PROMPT' });
    expect(provider.counts().total).to.equal(4);
  });

  it('fails a stream that is cut in mid-answer, and never glues another on', async () => {
    const { ask } = await start();
    provider.script([{ tokens: ['The ', 'pool ', 'opens'], tokenMs: 5, cutAfter: 2 }]);
    const heard = await ask();
    expect(heard).to.include({ text: 'The pool ', finish: undefined });
    expect(heard.failure).to.include({ code: 'ABORTED', reason: 'PROVIDER_STREAM_CUT' });
    expect(provider.counts().total).to.equal(1);
  });

  it('takes no answer for whole without a reason why it ended', async () => {
    const { ask } = await start();
    provider.script([{ tokens: ['The ', 'pool'], endAfter: 2 }]);
    expect((await ask()).failure).to.include({ reason: 'PROVIDER_STREAM_CUT' });
  });

  it('begins anew when a stream is cut before its first text', async () => {
    const { ask } = await start();
    provider.script([{ tokens: ['x'], cutAfter: 0 }, { tokens: ['ok'] }]);
    expect(await ask()).to.include({ text: 'ok', failure: undefined });
  });

  it('fails on what is no stream of chunks', async () => {
    const { ask } = await start();
    provider.script([{ tokens: ['The ', 'pool'], tokenMs: 5, malformedAfter: 1 }]);
    expect((await ask()).failure).to.include({ reason: 'PROVIDER_STREAM_CUT' });
    provider.script([{ tokens: ['The ', 'pool'], tokenMs: 5, errorAfter: 1, error: providerErrors.serverError }]);
    expect((await ask()).failure).to.include({ reason: 'PROVIDER_STREAM_CUT' });
    provider.script({ body: { status: 200, contentType: 'text/html', text: '<h1>Welcome</h1>' } });
    expect((await ask()).failure).to.include({ reason: 'PROVIDER_STREAM_CUT' });
  });

  it('does not wait for ever: for the first token, nor for the whole', async () => {
    const { ask } = await start({ OTVET_MODEL_FIRST_TOKEN_TIMEOUT: '150ms', OTVET_MODEL_TIMEOUT: '400ms' });
    for (const hangAfter of [-1, 0]) {
      provider.script([{ tokens: ['x'], hangAfter }]);
      const { failure } = await ask();
      expect(failure).to.include({ code: 'DEADLINE_EXCEEDED', reason: 'PROVIDER_TIMEOUT' });
      expect(failure?.metadata).to.include({ limit: 'first_token' });
    }
    provider.script([{ tokens: ['The ', 'pool'], hangAfter: 1 }]);
    const cut = await ask();
    expect(cut.text).to.equal('The ');
    expect(cut.failure?.metadata).to.include({ limit: 'total' });
    await provider.waitFor(() => provider.counts().aborted === 3);
  });

  it('lets a reasoning model think longer than the first token may take', async () => {
    const { ask } = await start({ OTVET_MODEL_FIRST_TOKEN_TIMEOUT: '150ms' });
    provider.script({ thoughts: ['hm', 'well'], tokens: ['ok', '!'], tokenMs: 120 });
    expect(await ask()).to.include({ text: 'ok!', failure: undefined });
  });

  it('ends the request at the endpoint when the caller gives up', async () => {
    const { client, metrics } = await start();
    provider.script({ tokens: ['a', 'b', 'c'], tokenMs: 40, hangAfter: 2 });
    const stop = new AbortController();
    const call = (async () => {
      for await (const { event } of client.generate(plain, { signal: stop.signal }))
        if (event.case === 'delta') stop.abort();
    })();
    expect(
      await call.then(
        () => 'ended',
        () => 'cancelled',
      ),
    ).to.equal('cancelled');
    await provider.waitFor(() => provider.counts().aborted === 1);
    expect(provider.counts().active).to.equal(0);
    expect(await metrics.metrics()).to.match(/otvet_model_calls_in_flight\{model="test-model"\} 0/);
  });
});
