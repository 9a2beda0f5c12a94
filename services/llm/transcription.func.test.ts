import { expect } from 'chai';
import { RpcError } from '#lib/rpc/status.ts';
import {
  type ProviderDouble,
  type ProviderDoubleOptions,
  providerErrors,
  startProviderDouble,
} from '#testing/provider-double.ts';
import { startForTest } from './started-for-test.ts';

const SECRET = 'the key is under the mat';

describe('the llm service, listening', () => {
  let provider: ProviderDouble;
  let owned: AsyncDisposableStack;

  beforeEach(() => {
    owned = new AsyncDisposableStack();
  });
  afterEach(() => owned.disposeAsync());

  const start = async (env: Record<string, string> = {}, options: ProviderDoubleOptions = {}) => {
    provider = owned.use(await startProviderDouble(options));
    return owned.use(await startForTest({ OPENAI_BASE_URL: provider.url, ...env }));
  };
  const recording = (said: string, more: { mimeType?: string; language?: string } = {}) => ({
    audio: Buffer.from(`OggS${said}`),
    mimeType: 'audio/ogg',
    ...more,
  });
  const failure = async (work: Promise<unknown>): Promise<RpcError['failure']> =>
    work.then(
      () => expect.fail('it succeeded'),
      (error) => (error instanceof RpcError ? error.failure : expect.fail(String(error))),
    );

  it('writes down what is said, with the language and the length', async () => {
    const { client, metrics } = await start({ OPENAI_API_KEY: 'sk-test-1' });
    provider.hear({ text: ' Когда открыт бассейн? ', language: 'ru', seconds: 2.5 });
    const heard = await client.transcribe(recording('x', { language: 'ru-RU' }));
    expect(heard).to.include({ text: 'Когда открыт бассейн?', language: 'ru', seconds: 2.5, model: 'gpt-transcribe' });
    const [seen] = provider.recordings();
    expect(seen).to.include({ model: 'gpt-transcribe', fileName: 'speech.ogg', mimeType: 'audio/ogg', language: 'ru' });
    expect(seen?.authorization).to.equal('Bearer sk-test-1');
    expect(seen?.audio.toString()).to.equal('OggSx');
    expect(await metrics.metrics()).to.match(/otvet_model_audio_seconds_total\{model="gpt-transcribe"\} 2\.5/);
  });

  it('understands the older models, and servers that tell no more than the text', async () => {
    const { client } = await start({ OPENAI_TRANSCRIPTION_MODEL: 'whisper-1' });
    provider.hear({ text: 'Hallo', language: 'de', seconds: 3 }, { text: 'Hi', textOnly: true });
    expect(await client.transcribe(recording('x'))).to.include({ text: 'Hallo', language: 'de', seconds: 3 });
    expect(await client.transcribe(recording('x'))).to.include({ text: 'Hi', language: '', seconds: 0 });
    expect(provider.recordings()[0]?.format).to.equal('verbose_json');
  });

  it('takes a recording of 20 MiB', async () => {
    const { client } = await start();
    provider.hear({ text: 'long' });
    const audio = new Uint8Array(20 * 1024 * 1024);
    expect((await client.transcribe({ audio, mimeType: 'audio/mpeg' })).text).to.equal('long');
    expect(provider.recordings()[0]?.audio.length).to.equal(audio.length);
  });

  it('says why nothing can be heard: no endpoint, switched off, no such model', async () => {
    for (const name of ['OPENAI_BASE_URL', 'OPENAI_TRANSCRIPTION_MODEL']) {
      const { client } = await start({ [name]: name === 'OPENAI_BASE_URL' ? '' : 'none' });
      const { code, reason, message } = await failure(client.transcribe(recording('x')));
      expect({ code, reason }).to.deep.equal({ code: 'FAILED_PRECONDITION', reason: 'TRANSCRIPTION_UNAVAILABLE' });
      expect(message).to.include('OPENAI_TRANSCRIPTION_MODEL');
    }
    const { client } = await start({}, { transcriptionModels: ['other'] });
    expect(await failure(client.transcribe(recording('x')))).to.include({ reason: 'TRANSCRIPTION_UNAVAILABLE' });
  });

  it('tells a recording that cannot be read from an endpoint that fails', async () => {
    const { client } = await start();
    const rejected = { code: 'INVALID_ARGUMENT', reason: 'AUDIO_REJECTED' };
    expect(await failure(client.transcribe(recording('')))).to.include(rejected);
    expect(await failure(client.transcribe(recording('x', { mimeType: 'audio/midi' })))).to.include(rejected);
    provider.hear({ error: providerErrors.quotaExhausted }, { error: providerErrors.rateLimited(60) });
    expect(await failure(client.transcribe(recording('x')))).to.include({ reason: 'PROVIDER_QUOTA_EXHAUSTED' });
    expect(await failure(client.transcribe(recording('x')))).to.include({
      reason: 'PROVIDER_RATE_LIMITED',
      retryAfterMs: 60_000,
    });
    await provider.close();
    expect(await failure(client.transcribe(recording('x')))).to.include({ reason: 'PROVIDER_UNAVAILABLE' });
  });

  it('tries again what may pass, and not for ever', async () => {
    const { client } = await start({ OTVET_TRANSCRIPTION_TIMEOUT: '300ms' });
    provider.hear({ error: providerErrors.serverError }, { error: providerErrors.rateLimited(0.02) }, { text: 'ok' });
    expect((await client.transcribe(recording('x'))).text).to.equal('ok');
    expect(provider.recordings()).to.have.lengthOf(3);
    provider.hear({ hang: true });
    expect(await failure(client.transcribe(recording('x')))).to.include({ reason: 'PROVIDER_TIMEOUT' });
    await provider.waitFor(() => provider.recordings().at(-1)?.hungUp);
  });

  it('hangs up on the endpoint when the caller gives up', async () => {
    const { client } = await start();
    provider.hear({ hang: true });
    const stop = new AbortController();
    const work = failure(client.transcribe(recording('x'), { signal: stop.signal }));
    await provider.waitFor(() => provider.recordings().length === 1).catch(() => undefined);
    stop.abort();
    expect((await work).code).to.equal('CANCELLED');
    await provider.waitFor(() => provider.recordings()[0]?.hungUp);
  });

  it('logs nothing that was said', async () => {
    const { client, lines } = await start();
    const echo = { ...providerErrors.invalidAudio, message: `bad: ${SECRET}` };
    provider.hear({ text: SECRET }, { error: echo });
    await client.transcribe(recording(SECRET));
    const failed = await failure(client.transcribe(recording(SECRET)));
    expect(lines.join('') + JSON.stringify(failed)).not.to.include('under the mat');
  });
});
