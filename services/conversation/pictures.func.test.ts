import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { GenerateRequest } from '#gen/otvet/llm/v1/model_service_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { saying } from '#testing/conversation-peers.ts';
import {
  ASSISTANT,
  failureOf,
  personOf,
  type StartedConversation,
  startConversationForTest,
} from '#testing/started-conversation.ts';

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 9]);
const png = { mimeType: 'image/png', data: PNG };
const jpeg = { mimeType: 'image/jpeg', data: JPEG };

const lastParts = (request: GenerateRequest | undefined) =>
  request?.messages.at(-1)?.parts.map(({ content }) => content) ?? [];
const shown = (request: GenerateRequest | undefined) =>
  lastParts(request).flatMap(({ case: kind, value }) => (kind === 'image' ? [[...value.data]] : []));

describe('pictures with a question', () => {
  let started: StartedConversation;
  beforeEach(async () => {
    started = await startConversationForTest();
    started.peers.script = saying('A chain.');
  });
  afterEach(() => started[Symbol.asyncDispose]());

  it('reach the model with the passages that the caption finds', async () => {
    const turn = await started.ask({ question: 'Is this a lost bicycle?', attachments: [png, jpeg] });
    expect(turn).to.include({ answer: 'A chain.', attachmentCount: 2, question: 'Is this a lost bicycle?' });
    const [request] = started.peers.requests;
    expect(lastParts(request).map((content) => content.case)).to.deep.equal(['passage', 'text', 'image', 'image']);
    expect(shown(request)).to.deep.equal([[...PNG], [...JPEG]]);
  });

  it('need no words, and are no small talk and no gap', async () => {
    expect(await started.ask({ question: '', attachments: [png] })).to.include({ answer: 'A chain.', question: '' });
    expect((await started.ask({ question: 'Hello!', attachments: [png] })).answer).to.equal('A chain.');
    expect((await started.ask({ question: 'Who won the cup?', attachments: [png] })).answer).to.equal('A chain.');
  });

  it('are there for a second attempt, and after a restart', async () => {
    started.peers.script = async function* (_request, signal) {
      yield { event: { case: 'started', value: { model: 'scripted' } } };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    };
    const request = { question: 'What?', attachments: [png], requestId: 'r1' };
    const lost = started.ask(request).catch(() => undefined);
    while (started.peers.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    started.peers.script = saying('A chain.');
    await started.restart();
    await lost;
    expect(await started.ask(request)).to.include({ answer: 'A chain.', attempt: 2 });
    expect(shown(started.peers.requests.at(-1))).to.deep.equal([[...PNG]]);
  });

  it('belong to the request: another picture is another question', async () => {
    const request = { question: 'What?', attachments: [png], requestId: 'r1' };
    const { name } = await started.ask(request);
    expect((await started.ask(request)).name).to.equal(name);
    expect(started.peers.requests).to.have.lengthOf(1);
    for (const attachments of [[jpeg], [], [png, png]]) {
      expect(await failureOf(started.ask({ ...request, attachments }))).to.include({ reason: 'REQUEST_ID_REUSED' });
    }
  });

  it('are refused by name: no picture, of another kind, too many, too large; and so is a question of nothing', async () => {
    const fields = async (attachments: { mimeType: string; data: Uint8Array }[], question = 'What?') => {
      const failure = await failureOf(started.ask({ question, attachments }));
      return failure.violations?.map(({ field }) => field);
    };
    expect(await fields([png, { mimeType: 'image/png', data: JPEG }])).to.deep.equal(['attachments[1].data']);
    expect(await fields([{ mimeType: 'image/tiff', data: PNG }])).to.deep.equal(['attachments[0].mime_type']);
    expect(await fields([png, png, png, png, png])).to.deep.equal(['attachments']);
    const large = new Uint8Array(3 * 1024 * 1024 + 1);
    expect(await fields([{ mimeType: 'image/png', data: large }])).to.deep.equal(['attachments[0].data']);
    expect(await fields([], '')).to.deep.equal(['question']);
    expect(started.peers.requests).to.have.lengthOf(0);
  });

  it('end the turn with a named failure where the model sees none', async () => {
    started.peers.script = async function* () {
      yield { event: { case: 'started', value: { model: 'scripted' } } };
      const failure = {
        code: 'FAILED_PRECONDITION',
        reason: 'IMAGES_UNSUPPORTED',
        domain: 'llm.otvet',
        message: 'no',
      } as const;
      throw new RpcError(failure);
    };
    expect(await failureOf(started.ask({ question: 'What?', attachments: [png] }))).to.include({
      reason: 'IMAGES_UNSUPPORTED',
    });
  });

  it('are kept apart for each turn', async () => {
    await started.ask({ question: 'What?', attachments: [png] });
    await started.ask({ question: 'What?', attachments: [png] }, 'you');
    const blobs = await readdir(join(started.folder, 'conversation-blobs'));
    expect(blobs.filter((name) => /^[0-9a-f]{64}$/.test(name))).to.have.lengthOf(2);
  });
});

describe('recordings', () => {
  let started: StartedConversation;
  beforeEach(async () => {
    started = await startConversationForTest();
  });
  afterEach(() => started[Symbol.asyncDispose]());

  it('are written down by the model door', async () => {
    const audio = new Uint8Array(20 * 1024 * 1024 - 100);
    const request = { assistant: ASSISTANT, audio: Buffer.from('OggSWhen is it open?'), mimeType: 'audio/ogg' };
    const options = { principal: personOf('me') };
    const heard = await started.conversation.transcribe({ ...request, language: 'en' }, options);
    expect(heard).to.include({ text: 'When is it open?', language: 'en', seconds: 3 });
    expect((await started.conversation.transcribe({ ...request, audio }, options)).seconds).to.equal(3);
  });
});
