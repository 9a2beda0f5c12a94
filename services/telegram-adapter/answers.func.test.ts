import { expect } from 'chai';
import { FinishReason } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { CHAT, gate, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished, said, saying } from '#testing/telegram-peers.ts';

describe('answers in Telegram', () => {
  const bench = TelegramBench.inSuite();

  describe('answers', () => {
    it('sends a finished answer as one message, on behalf of the person', async () => {
      bench.peers.script = saying('Until 9 pm [1].');
      await bench.start();
      const message = bench.telegram.say(CHAT, 'Until when are you open?', { id: 77 });
      await bench.shows('Until 9 pm [1].');
      expect(bench.telegram.answers(CHAT)[0]?.edits).to.equal(0);
      const [{ request, principal } = {}] = bench.peers.asked;
      expect(request).to.deep.include({ assistant: 'assistants/velik', sessionId: '4711', position: BigInt(message) });
      expect(request?.requestId).to.match(/^tg-\d+$/);
      expect(principal).to.deep.include({ realm: `telegram-${bench.telegram.bot.id}`, subject: '77' });
      expect(principal?.assistants).to.deep.equal(['assistants/velik']);
    });

    it('grows by edits, never with half a mark, and ends as the final text with its sources', async () => {
      const { opened, open } = gate();
      bench.peers.script = async function* () {
        yield begun();
        yield said(1, 'Until **nine');
        yield said(2, '** [1], ');
        await opened;
        yield said(3, 'on *Sundays* until six.');
        const citations = [{ number: 1, title: 'Opening hours', source: 'assistants/velik/datasets/d/documents/h' }];
        yield finished({ answer: 'Until **nine** [1], on *Sundays* until six.', citations, language: 'en' });
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Until when?');
      await bench.shows('Until nine [1],');
      open();
      await bench.shows('Until nine [1], on Sundays until six.\n\nSources\n[1] Opening hours');
      const [answer] = bench.telegram.answers(CHAT);
      expect(bench.telegram.history(CHAT, answer?.messageId ?? 0).map(({ text }) => text)).to.have.lengthOf.at.least(2);
      expect(bench.telegram.answers(CHAT)).to.have.lengthOf(1);
    });

    it('replaces what a lost attempt showed', async () => {
      const { opened, open } = gate();
      bench.peers.script = async function* () {
        yield begun(1);
        yield said(1, 'Wrong so far');
        await opened;
        yield begun(2);
        yield said(1, 'Right.');
        yield finished({ answer: 'Right.', attempt: 2 });
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Well?');
      await bench.shows('Wrong so far');
      open();
      await bench.shows('Right.');
    });

    it('splits a long answer, in order, losing nothing', async () => {
      const answer = Array.from({ length: 1200 }, (_, index) => `word${index}`).join(' ');
      bench.peers.script = saying(answer);
      await bench.start();
      bench.telegram.say(CHAT, 'All of it, please');
      await bench.telegram.waitFor(() => bench.shown().join(' ') === answer);
      expect(bench.shown()).to.have.lengthOf(3);
    });

    it('shows that it is typing while nothing is said', async () => {
      const { opened, open } = gate();
      bench.peers.script = async function* () {
        yield begun();
        await opened;
        yield finished({ answer: 'There.' });
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Hm?');
      await bench.telegram.waitFor(() => bench.telegram.actions(CHAT).length >= 2);
      open();
      await bench.shows('There.');
    });

    it('says when the length limit cut an answer short', async () => {
      bench.peers.script = async function* () {
        yield begun();
        yield finished({ answer: 'So much', language: 'ru' }, FinishReason.LENGTH);
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Расскажи всё');
      await bench.telegram.waitFor(() => /^So much\n\nОтвет получился слишком длинным/.test(bench.shown()[0] ?? ''));
    });
  });

  describe('failures', () => {
    it('tells the person in their language, with an id, and keeps what was said', async () => {
      bench.peers.script = async function* () {
        yield begun();
        yield said(1, 'Сначала ');
        throw new RpcError({ code: 'ABORTED', reason: 'PROVIDER_STREAM_CUT', domain: 'llm.otvet', message: 'cut' });
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Что потом?', { language_code: 'ru' });
      await bench.telegram.waitFor(() => /^Сначала\n\nПростите.*\(Ошибка [0-9a-z]{6}\)$/s.test(bench.shown()[0] ?? ''));
    });

    it('asks again where the stream broke, without saying anything twice', async () => {
      let calls = 0;
      bench.peers.script = async function* ({ after }) {
        calls++;
        if (calls === 1)
          throw new RpcError({ code: 'UNAVAILABLE', reason: 'UNAVAILABLE', domain: 'otvet', message: '' });
        if (calls === 2) {
          yield begun();
          yield said(1, 'One ');
          throw new RpcError({ code: 'UNAVAILABLE', reason: 'UNAVAILABLE', domain: 'otvet', message: '' });
        }
        expect(after).to.deep.include({ attempt: 1, sequence: 1 });
        yield said(2, 'two.');
        yield finished({ answer: 'One two.' });
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Count');
      await bench.shows('One two.');
      expect(calls).to.equal(3);
    });

    it('does not ask again for a turn that is finished', async () => {
      bench.peers.script = async function* () {
        yield begun();
        yield finished({ outcome: Outcome.FAILED, failureReason: 'UNAVAILABLE' });
        throw new RpcError({ code: 'UNAVAILABLE', reason: 'UNAVAILABLE', domain: 'otvet', message: '' });
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Well?');
      await bench.telegram.waitFor(() => /^Sorry, I cannot reach my sources/.test(bench.shown()[0] ?? ''));
      expect(bench.peers.asked).to.have.lengthOf(1);
    });

    it('says that it is not ready while there is no assistant', async () => {
      bench.peers.assistants = [];
      await bench.start();
      bench.telegram.say(CHAT, 'Anybody?');
      await bench.telegram.waitFor(() => /^I am not set up to answer yet/.test(bench.shown()[0] ?? ''));
    });
  });

  it('writes no token and nothing that people said into its logs', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const log = createLogger({ level: 'debug', destination });
    bench.peers.script = async function* ({ question }) {
      yield begun();
      yield said(1, `you said ${question}`);
      throw new RpcError({ code: 'INTERNAL', reason: 'INTERNAL', domain: 'otvet', message: `about ${question}` });
    };
    bench.telegram.failNext('getMe', { drop: 'before' }, { status: 502, body: '<html>' });
    bench.telegram.failNext('sendMessage', { drop: 'before' }, { status: 400, description: 'Bad Request: strange' });
    await bench.start({}, log);
    bench.telegram.say(CHAT, 'my-secret-question');
    await bench.telegram.waitFor(() => bench.shown()[0]?.includes('Sorry, I could not answer this.'));
    expect(lines).to.have.lengthOf.at.least(3);
    for (const line of lines) {
      expect(line).not.to.contain('my-secret-question');
      expect(line).not.to.contain(bench.telegram.token);
    }
  });
});
