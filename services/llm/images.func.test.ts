import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { MessageSchema, Role } from '#gen/otvet/llm/v1/generation_pb.ts';
import { type ProviderDoubleOptions, providerErrors, startProviderDouble } from '#testing/provider-double.ts';
import { plain, question, startForTest } from './started-for-test.ts';

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]);

describe('the llm service, shown pictures', () => {
  let owned: AsyncDisposableStack;
  beforeEach(() => {
    owned = new AsyncDisposableStack();
  });
  afterEach(() => owned.disposeAsync());

  const start = async (options: ProviderDoubleOptions = {}) => {
    const provider = owned.use(await startProviderDouble(options));
    return { provider, ...owned.use(await startForTest({ OPENAI_BASE_URL: provider.url })) };
  };
  const withPicture = (caption: string) => {
    const asked = question(caption);
    const value = { mimeType: 'image/png', data: PNG };
    const parts = [...asked.parts, { content: { case: 'image' as const, value } }];
    return { ...plain, messages: [create(MessageSchema, { role: Role.USER, parts })] };
  };

  it('shows them to the model beside the caption', async () => {
    const { provider, ask } = await start();
    provider.script({ tokens: ['A cat.'] });
    expect(await ask(withPicture('What is this?'))).to.include({ text: 'A cat.', failure: undefined });
    const [part, picture] = provider.requests()[0]?.body.messages.at(-1)?.content ?? [];
    expect(part)
      .to.have.property('text')
      .that.matches(/<\/passage>\n\nWhat is this\?$/);
    expect(picture).to.deep.equal({
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${Buffer.from(PNG).toString('base64')}` },
    });
  });

  it('names it when the model sees none', async () => {
    const { ask } = await start({ seesImages: false });
    const refused = { code: 'FAILED_PRECONDITION', reason: 'IMAGES_UNSUPPORTED' };
    expect((await ask(withPicture('What is this?'))).failure).to.include(refused);
  });

  it('knows the refusals of other endpoints, and takes no other failure for one', async () => {
    const { provider, ask } = await start();
    const { contextTooLong, noSuchModel, overloaded, serverError } = providerErrors;
    const failures: (string | undefined)[] = [];
    for (const error of [
      { ...serverError, message: 'image input is not supported' },
      { ...noSuchModel('m'), message: 'No endpoints found that support image input' },
      contextTooLong(10, 20),
      overloaded,
    ]) {
      provider.script({ error });
      failures.push((await ask(withPicture('What?'))).failure?.reason);
    }
    expect(failures).to.deep.equal([
      'IMAGES_UNSUPPORTED',
      'IMAGES_UNSUPPORTED',
      'PROVIDER_REJECTED_PROMPT',
      'PROVIDER_UNAVAILABLE',
    ]);
  });

  it('answers the caption where the extractive model answers', async () => {
    const { ask } = await start();
    const heard = await ask({ ...withPicture('When does the pool open?'), model: 'extractive' });
    expect(heard.text).to.equal('The pool opens at eight in the morning. [p1]');
  });

  it('takes no file that is no picture of these kinds', async () => {
    const { ask } = await start();
    const value = { mimeType: 'image/tiff', data: PNG };
    const parts = [{ content: { case: 'image' as const, value } }];
    const { failure } = await ask({ ...plain, messages: [create(MessageSchema, { role: Role.USER, parts })] });
    expect(failure?.violations?.map(({ field }) => field)).to.deep.equal(['messages[0].parts[0].image.mime_type']);
  });
});
