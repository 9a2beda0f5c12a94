import { expect } from 'chai';
import OpenAI from 'openai';
import {
  type ProviderDouble,
  type ProviderDoubleOptions,
  providerErrors,
  startProviderDouble,
} from './provider-double.ts';

describe('the provider double', () => {
  let provider: ProviderDouble;
  let client: OpenAI;
  const start = async (options: ProviderDoubleOptions = {}) => {
    provider = await startProviderDouble(options);
    client = new OpenAI({ apiKey: 'sk-test', baseURL: provider.url, maxRetries: 0, logLevel: 'off' });
  };
  beforeEach(() => start());
  afterEach(() => provider.close());

  const question = (text: string) => ({ model: 'm', messages: [{ role: 'user' as const, content: text }] });
  /** Streams an answer: its text, how it ended, what it reported. */
  const stream = async (signal?: AbortSignal) => {
    const chunks = await client.chat.completions.create(
      { ...question('hi'), stream: true, stream_options: { include_usage: true } },
      { signal: signal ?? null },
    );
    let text = '';
    let finish: string | null = null;
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of chunks) {
      text += chunk.choices[0]?.delta.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    return { text, finish, usage };
  };
  const failure = async (work: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> =>
    work.then(
      () => expect.fail('it succeeded'),
      (error) => error,
    );

  it('quotes the passage that fits the question and cites it', async () => {
    const content =
      '<passage id="p1" title="Sport">\nThe pool is open daily. It is warm.\n</passage>\n' +
      '<passage id="p2" title="FAQ">\nHow long does a transfer take?\nA transfer takes two days.\n</passage>\nHow long is a transfer?';
    const { choices, usage } = await client.chat.completions.create(question(content));
    expect(choices[0]?.message.content).to.equal('A transfer takes two days. [p2]');
    expect(choices[0]?.finish_reason).to.equal('stop');
    expect(usage?.total_tokens).to.be.greaterThan(20);
  });

  it('refuses with the word that the instructions want', async () => {
    const messages = [
      { role: 'system' as const, content: 'If you cannot, write NO_IDEA and nothing else.' },
      { role: 'user' as const, content: '<passage id="p1" title="t">\nA fact.\n</passage>\nWhat? (unanswerable)' },
    ];
    const { choices } = await client.chat.completions.create({ model: 'm', messages });
    expect(choices[0]?.message.content).to.equal('NO_IDEA');
  });

  it('streams tokens with their delays, a reason and usage', async () => {
    provider.script({ tokens: ['Пять', ' дней', ' 😀'], firstTokenMs: 20, tokenMs: 10, thoughts: ['hm'] });
    const begun = performance.now();
    const { text, finish, usage } = await stream();
    expect(performance.now() - begun).to.be.within(38, 500);
    expect({ text, finish }).to.deep.equal({ text: 'Пять дней 😀', finish: 'stop' });
    expect(usage).to.include({ completion_tokens: 3 });
    expect(provider.requests()[0]).to.deep.include({ outcome: 'finished', tokensSent: 3 });
  });

  it('tears characters and events apart on demand', async () => {
    provider.script({ tokens: ['Пять', ' дней 😀'], pieceBytes: 3, comments: true });
    expect(await stream()).to.include({ text: 'Пять дней 😀', finish: 'stop' });
  });

  it('ends without a reason, cuts, and reports no usage', async () => {
    const tokens = ['a', 'b', 'c'];
    provider.script([
      { tokens, endAfter: 2 },
      { tokens, cutAfter: 1, tokenMs: 1 },
      { tokens, usage: 'none' },
      { tokens, errorAfter: 1 },
      { tokens, malformedAfter: 1 },
    ]);
    expect(await stream()).to.include({ text: 'ab', finish: null });
    expect(await failure(stream())).to.be.instanceOf(Error);
    expect(await stream()).to.deep.equal({ text: 'abc', finish: 'stop', usage: undefined });
    expect((await failure(stream())).message).to.contain('The server had an error');
    expect(await failure(stream())).to.be.instanceOf(Error);
    await provider.waitFor(() => provider.counts().active === 0);
    expect(provider.counts()).to.include({ total: 5, cut: 1, error: 1 });
  });

  it("answers with OpenAI's errors", async () => {
    const { contextTooLong, overloaded, quotaExhausted, rateLimited, serverError } = providerErrors;
    const errors = [rateLimited(2), quotaExhausted, serverError, overloaded, contextTooLong(10, 20)];
    provider.script(errors.map((error) => ({ error })));
    for (const { status, code } of errors) {
      expect(await failure(stream())).to.include({ status, code });
    }
    provider.script([{ error: rateLimited(2) }]);
    expect((await failure(stream())).headers?.get('retry-after')).to.equal('2');
    provider.script([{ body: { status: 502, contentType: 'text/html', text: '<h1>Bad gateway</h1>' } }]);
    expect(await failure(stream())).to.include({ status: 502 });
  });

  it('knows its key, its models, their parameters and their context', async () => {
    await provider.close();
    await start({ apiKey: 'sk-test', models: ['m'], rejects: ['max_tokens'], contextTokens: 100 });
    expect((await client.models.list()).data.map(({ id }) => id)).to.deep.equal(['m']);
    const ask = (more: object) => failure(client.chat.completions.create({ ...question('hi'), ...more }));
    expect(await ask({ model: 'x' })).to.include({ status: 404, code: 'model_not_found' });
    expect(await ask({ max_tokens: 5 })).to.include({
      status: 400,
      code: 'unsupported_parameter',
      param: 'max_tokens',
    });
    expect(await ask(question('x'.repeat(500)))).to.include({ code: 'context_length_exceeded' });
    expect(await ask({ messages: [] })).to.include({ status: 400 });
    client.apiKey = 'sk-other';
    expect(await ask({})).to.include({ status: 401, code: 'invalid_api_key' });
  });

  it('sees a client hang up: while it waits, while it hangs, between tokens', async () => {
    provider.script([
      { firstTokenMs: 5000 },
      { hangAfter: -1 },
      { tokens: ['a', 'b'], tokenMs: 5000 },
      { hangAfter: 0 },
    ]);
    for (let n = 1; n <= 4; n++) {
      const hangUp = new AbortController();
      const outcome = stream(hangUp.signal).catch(() => undefined);
      await provider.waitFor(() => provider.counts().total === n);
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(provider.counts().active).to.equal(1);
      hangUp.abort();
      await outcome;
      await provider.waitFor(() => provider.counts().aborted === n);
    }
    expect(provider.counts()).to.include({ active: 0, finished: 0, mostActive: 1 });
  });
});
