import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { FinishReason, MessageSchema, Role } from '#gen/otvet/llm/v1/generation_pb.ts';
import { type ProviderDouble, providerErrors, startProviderDouble } from '#testing/provider-double.ts';
import { plain, question, startForTest } from './started-for-test.ts';

const SECRET = 'my grandmother keeps gold in the oven';

describe('the llm service', () => {
  let provider: ProviderDouble;
  let owned: AsyncDisposableStack;

  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    provider = owned.use(await startProviderDouble());
  });

  afterEach(() => owned.disposeAsync());

  const start = async (env: Record<string, string> = {}) =>
    owned.use(await startForTest({ OPENAI_BASE_URL: provider.url, ...env }));

  it('streams an answer with the usage that the endpoint reports', async () => {
    provider.script({
      tokens: ['The pool', ' opens', ' at eight [p1].'],
      usage: { prompt_tokens: 31, completion_tokens: 7 },
    });
    const { ask } = await start();
    const heard = await ask();
    expect(heard).to.include({ model: 'test-model', text: 'The pool opens at eight [p1].', finish: FinishReason.STOP });
    expect(heard.usage).to.include({ promptTokens: 31n, completionTokens: 7n, estimated: false });
    expect(heard.deltas, 'an instant answer crosses the hop as one delta').to.have.lengthOf(1);
  });

  it('asks with the key, the model, the passages as data, and the limit', async () => {
    const { ask } = await start({ OPENAI_API_KEY: 'sk-test-1', OPENAI_TEMPERATURE: '0.3' });
    await ask({ ...plain, maxOutputTokens: 77 });
    const [seen] = provider.requests();
    expect(seen?.headers.authorization).to.equal('Bearer sk-test-1');
    expect(seen?.body).to.include({ model: 'test-model', stream: true, temperature: 0.3, max_tokens: 77 });
    expect(seen?.body.stream_options).to.deep.equal({ include_usage: true });
    expect(seen?.body.messages.map(({ role }) => role)).to.deep.equal(['system', 'user']);
    expect(seen?.body.messages[1]?.content).to.match(
      /^<passage id="p1" title="Hours">\nThe pool .*\n<\/passage>\n\nWhen/s,
    );
  });

  it('leaves out what the endpoint does not take, and remembers', async () => {
    provider = owned.use(await startProviderDouble({ rejects: ['temperature', 'stream_options', 'max_tokens'] }));
    const { ask } = await start({ OPENAI_TEMPERATURE: '0.3' });
    expect((await ask()).finish).to.equal(FinishReason.STOP);
    const before = provider.counts().total;
    expect((await ask()).usage?.estimated).to.equal(true);
    expect(provider.counts().total).to.equal(before + 1);
    expect(provider.requests().at(-1)?.body).to.include({ max_completion_tokens: 4096 });
  });

  it('joins the tokens of a quick model and passes on those of a slow one', async () => {
    const { ask } = await start();
    provider.script([{ tokens: 'a b c d e f g h i j k l m n o p'.split(' '), tokenMs: 4 }]);
    const quick = await ask();
    expect(quick.text).to.equal('abcdefghijklmnop');
    expect(quick.deltas.length).to.be.within(2, 8);
    provider.script([{ tokens: ['one', 'two', 'three'], tokenMs: 60 }]);
    expect((await ask()).deltas).to.deep.equal(['one', 'two', 'three']);
  });

  it('reads events and characters that arrive torn, and comments between them', async () => {
    provider.script({ tokens: ['Бассейн ', 'открыт ', 'с восьми 🏊'], pieceBytes: 7, comments: true });
    const { ask } = await start();
    expect(await ask()).to.include({ text: 'Бассейн открыт с восьми 🏊', finish: FinishReason.STOP });
  });

  it('tells when the limit or the content filter ended the answer', async () => {
    const { ask } = await start();
    provider.script([
      { tokens: ['a'], finishReason: 'length' },
      { tokens: ['b'], finishReason: 'content_filter' },
    ]);
    expect((await ask()).finish).to.equal(FinishReason.LENGTH);
    expect((await ask()).finish).to.equal(FinishReason.CONTENT_FILTER);
  });

  it('estimates usage where none is reported', async () => {
    provider.script({ tokens: ['The pool opens at eight in the morning.'], usage: 'none' });
    const { usage } = await (await start()).ask();
    expect(usage?.estimated).to.equal(true);
    expect(Number(usage?.completionTokens)).to.be.within(6, 14);
    expect(Number(usage?.promptTokens)).to.be.within(10, 30);
  });

  it('takes a whole answer from an endpoint that does not stream', async () => {
    const text = JSON.stringify({
      choices: [{ message: { role: 'assistant', content: 'At eight.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 3 },
    });
    provider.script({ body: { status: 200, contentType: 'application/json', text } });
    expect(await (await start()).ask()).to.include({ text: 'At eight.', finish: FinishReason.STOP });
  });

  it('answers many at once', async () => {
    const { ask } = await start();
    for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 10 }, () => ask()));
    expect(provider.counts()).to.include({ total: 100, finished: 100, active: 0 });
  });

  it('says no to a model that nobody configured, and always has the extractive one', async () => {
    const { ask } = await start();
    expect((await ask({ ...plain, model: 'gpt-0' })).failure).to.include({
      code: 'NOT_FOUND',
      reason: 'MODEL_UNKNOWN',
    });
    const own = await ask({ ...plain, model: 'extractive' });
    expect(own).to.include({
      model: 'extractive',
      text: 'The pool opens at eight in the morning. [p1]',
      finish: FinishReason.STOP,
    });
    expect(provider.counts().total).to.equal(0);
  });

  it('answers with the extractive model where there is neither key nor address', async () => {
    const { ask } = await start({ OPENAI_BASE_URL: '', OPENAI_MODEL: '' });
    expect(await ask()).to.include({ model: 'extractive', text: 'The pool opens at eight in the morning. [p1]' });
    const unknown = await ask({ ...plain, messages: [question('Who painted the Mona Lisa?')] });
    expect(unknown).to.include({ text: 'NO_ANSWER', finish: FinishReason.STOP });
  });

  it('understands a short question by the one before it', async () => {
    const { ask } = await start({ OPENAI_BASE_URL: '' });
    const earlier = (role: Role, value: string) =>
      create(MessageSchema, { role, parts: [{ content: { case: 'text', value } }] });
    const messages = [
      earlier(Role.USER, 'When does the pool open?'),
      earlier(Role.ASSISTANT, 'At eight.'),
      question('And on weekdays?'),
    ];
    expect((await ask({ ...plain, messages })).text).to.equal('The pool opens at eight in the morning. [p1]');
  });

  it('names the fault of a request that breaks the contract', async () => {
    const { ask } = await start();
    const { failure } = await ask({ messages: [] });
    expect(failure?.reason).to.equal('INVALID_REQUEST');
    expect(failure?.violations?.map(({ field }) => field)).to.deep.equal(['messages']);
  });

  it('logs nothing that people wrote, whatever happens, and no key', async () => {
    const { ask, lines } = await start({ OPENAI_API_KEY: 'sk-very-secret', OTVET_MODEL_FIRST_TOKEN_TIMEOUT: '200ms' });
    const request = { ...plain, messages: [question(SECRET)] };
    const echo = { ...providerErrors.contextTooLong(1, 2), message: `bad: ${SECRET} sk-very-secret` };
    provider.script([
      { tokens: [SECRET] },
      { error: echo },
      { tokens: [SECRET, SECRET], tokenMs: 5, malformedAfter: 1 },
      { tokens: [SECRET], cutAfter: 1 },
      { hangAfter: -1 },
    ]);
    const failures: string[] = [];
    for (let i = 0; i < 5; i++) failures.push(JSON.stringify((await ask(request)).failure ?? ''));
    const told = lines.join('') + failures.join('');
    expect(lines.length).to.be.greaterThan(3);
    expect(told).not.to.include('grandmother');
    expect(told).not.to.include('very-secret');
  });
});
