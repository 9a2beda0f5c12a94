import { expect } from 'chai';
import { RpcError } from '#lib/rpc/status.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { CHAT, TelegramBench } from '#testing/telegram-bench.ts';
import { saying } from '#testing/telegram-peers.ts';

const JPEG = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1]);
const spoken = (text: string) => ({ voice: Buffer.from(`OggS${text}`) });
const refusing = (reason: string) => () => {
  const code = 'FAILED_PRECONDITION';
  throw new RpcError({ code, reason, domain: 'llm.otvet', message: 'no' });
};

describe('what people send beside words', () => {
  const bench = TelegramBench.inSuite();
  const questions = () => bench.peers.asked.map(({ request }) => request.question);

  describe('voice', () => {
    it('is written down, echoed above the answer, and answered', async () => {
      bench.peers.script = saying('At eight.');
      await bench.start();
      bench.telegram.send(CHAT, spoken('When does the pool open? 2 * 3'));
      await bench.shows('🎤 When does the pool open? 2 * 3\n\nAt eight.');
      expect(questions()).to.deep.equal(['When does the pool open? 2 * 3']);
      expect(bench.peers.heard[0]).to.include({ mimeType: 'audio/ogg', assistant: 'assistants/velik' });
    });

    it('may be a file of sound', async () => {
      bench.peers.script = saying('At eight.');
      await bench.start();
      bench.telegram.send(CHAT, { audio: Buffer.from('ID3xWhen?') });
      await bench.shows('🎤 When?\n\nAt eight.');
      expect(bench.peers.heard[0]?.mimeType).to.equal('audio/mpeg');
    });

    it('that cannot be understood is answered kindly', async () => {
      await bench.start();
      bench.telegram.send(CHAT, spoken(''));
      await bench.telegram.waitFor(() => bench.shown()[0]?.startsWith('I could not make out any words'));
      bench.peers.onHear = refusing('TRANSCRIPTION_UNAVAILABLE');
      bench.telegram.send(CHAT, spoken('x'));
      await bench.telegram.waitFor(() => bench.shown()[1]?.startsWith('I cannot listen to voice messages'));
      expect(questions()).to.deep.equal([]);
    });

    it('is asked as it was first heard, whatever happens in between', async () => {
      bench.peers.script = () => {
        throw new RpcError({ code: 'UNAVAILABLE', reason: 'UNAVAILABLE', domain: 'otvet', message: 'away' });
      };
      await bench.start();
      bench.telegram.send(CHAT, spoken('When?'));
      await bench.telegram.waitFor(() => questions().length > 0);
      await bench.stop(0);
      bench.peers.onHear = () => ({ text: 'Something else' });
      bench.peers.script = saying('At eight.');
      await bench.start();
      await bench.shows('🎤 When?\n\nAt eight.');
      expect(bench.peers.heard).to.have.lengthOf(1);
      expect(new Set(questions())).to.deep.equal(new Set(['When?']));
    });
  });

  describe('pictures', () => {
    it('go with their caption, in the largest size that is worth it', async () => {
      bench.peers.script = saying('A bicycle.');
      await bench.start();
      const larger = Uint8Array.from([...JPEG, 2]);
      const sizes = [90, 320, 1280, 2560].map((edge) => ({ edge, data: edge === 1280 ? JPEG : larger }));
      bench.telegram.send(CHAT, { photo: sizes }, 'What is this?');
      await bench.shows('A bicycle.');
      const [asked] = bench.peers.asked;
      expect(asked?.request.question).to.equal('What is this?');
      expect(asked?.request.attachments.map(({ mimeType, data }) => [mimeType, [...data]])).to.deep.equal([
        ['image/jpeg', [...JPEG]],
      ]);
    });

    it('need no caption, and may come as files', async () => {
      bench.peers.script = saying('A bicycle.');
      await bench.start();
      bench.telegram.send(CHAT, { document: JPEG, name: 'a.jpg', mimeType: 'image/jpeg' });
      await bench.shows('A bicycle.');
      expect(bench.peers.asked[0]?.request).to.include({ question: '' });
      expect(bench.peers.asked[0]?.request.attachments).to.have.lengthOf(1);
    });

    it('that the model cannot see are answered with one kind sentence', async () => {
      bench.peers.script = refusing('IMAGES_UNSUPPORTED') as never;
      await bench.start();
      bench.telegram.send(CHAT, { photo: [{ edge: 100, data: JPEG }] });
      await bench.telegram.waitFor(() => bench.shown()[0]?.startsWith('Sorry, I cannot look at pictures here'));
    });
  });

  describe('files', () => {
    it('are read into the session, and asked about afterwards', async () => {
      await bench.start();
      bench.telegram.send(CHAT, { document: Buffer.from('Soup at noon.'), name: 'menu.txt' });
      await bench.shows('I have read menu.txt. What would you like to know about it?');
      const [attached] = bench.peers.attached;
      expect(attached?.session).to.equal(`assistants/velik/sessions/telegram-${bench.telegram.bot.id}.${CHAT}`);
      expect(attached?.fileName).to.equal('menu.txt');
      expect(Buffer.from(attached?.content ?? []).toString()).to.equal('Soup at noon.');
    });

    it('with a caption are answered at once', async () => {
      bench.peers.script = saying('At noon.');
      await bench.start();
      bench.telegram.send(CHAT, { document: Buffer.from('Soup at noon.'), name: 'menu.txt' }, 'When is soup?');
      await bench.shows('At noon.');
      expect(questions()).to.deep.equal(['When is soup?']);
      expect(bench.peers.attached).to.have.lengthOf(1);
    });

    it('that cannot be read, or are too large, are answered kindly', async () => {
      bench.peers.onAttach = refusing('FILE_FORMAT_UNKNOWN') as never;
      await bench.start();
      bench.telegram.send(CHAT, { document: Buffer.from('%PDF'), name: 'a.pdf' });
      await bench.telegram.waitFor(() => bench.shown()[0]?.startsWith('I cannot read this file'));
      bench.telegram.send(CHAT, { document: Buffer.alloc(20_000_001), name: 'a.txt' });
      await bench.shows(bench.shown()[0] ?? '', 'This file is too large for me.');
    });
  });

  it('is fetched again when that breaks; the token is in no line of the log', async () => {
    const lines: string[] = [];
    const log = createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
    bench.peers.script = saying('At eight.');
    await bench.start({}, log);
    bench.telegram.failNext('download', { drop: 'before' }, { status: 502 });
    bench.telegram.failNext('getFile', { status: 429, retry_after: 1 });
    bench.telegram.send(CHAT, spoken('When?'));
    await bench.shows('🎤 When?\n\nAt eight.');
    bench.telegram.failNext('download', ...Array.from({ length: 4 }, () => ({ status: 404 })));
    bench.telegram.send(CHAT, spoken('When?'));
    await bench.telegram.waitFor(() => bench.shown()[1]?.startsWith('Sorry, I could not answer'), 8_000);
    expect(lines.join('')).not.to.include(bench.telegram.token.split(':')[1]);
  }).timeout(15_000);

  it('is answered to those only who may ask', async () => {
    await bench.start({ OTVET_TELEGRAM_ACCESS: 'list', OTVET_TELEGRAM_ALLOWED: '1' });
    bench.telegram.send(CHAT, spoken('When?'));
    await bench.telegram.waitFor(() => bench.shown().length === 1);
    expect(bench.peers.heard).to.deep.equal([]);
  });

  it('of other kinds is answered politely', async () => {
    await bench.start();
    for (const other of [
      { location: { latitude: 1, longitude: 2 } },
      { contact: { phone_number: '1', first_name: 'A' } },
    ]) {
      bench.telegram.send(CHAT, { other });
    }
    await bench.telegram.waitFor(
      () => bench.shown().filter((text) => text.startsWith('I understand text')).length === 2,
    );
  });
});
