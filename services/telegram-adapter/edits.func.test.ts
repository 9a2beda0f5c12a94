import { expect } from 'chai';
import { CHAT, gate, pause, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished, said } from '#testing/telegram-peers.ts';

describe('a question whose words are changed', () => {
  const bench = TelegramBench.inSuite();
  const asked = () => bench.peers.asked.map(({ request }) => request.question);

  beforeEach(() => {
    bench.peers.script = async function* ({ question }) {
      yield begun();
      yield finished({ answer: `Re: ${question}` });
    };
  });

  it('is answered again in place; only the newest words count', async () => {
    await bench.start();
    const message = bench.telegram.say(CHAT, 'Wen?');
    await bench.shows('Re: Wen?');
    bench.telegram.change(CHAT, message, 'When?');
    await bench.shows('Re: When?');
    bench.telegram.change(CHAT, message, 'When exactly?');
    await bench.shows('Re: When exactly?');
    expect(new Set(bench.peers.asked.map(({ request }) => request.requestId)).size).to.equal(3);
  });

  it('is answered after the answer that is under way', async () => {
    const { opened, open } = gate();
    const quick = bench.peers.script;
    bench.peers.script = async function* (request, signal) {
      yield begun();
      yield said(1, 'Well');
      await opened;
      yield* quick(request, signal);
    };
    await bench.start();
    const message = bench.telegram.say(CHAT, 'Wen?');
    await bench.shows('Well');
    bench.telegram.change(CHAT, message, 'When?');
    open();
    await bench.shows('Re: When?');
    expect(asked()).to.deep.equal(['Wen?', 'When?']);
  });

  it('keeps its answer where it is old, or is no question any more', async () => {
    await bench.start();
    const message = bench.telegram.say(CHAT, 'Wen?');
    await bench.shows('Re: Wen?');
    bench.telegram.change(CHAT, message, '/help');
    const chat = { id: CHAT, type: 'private', first_name: 'A' };
    const from = { id: CHAT, is_bot: false, first_name: 'A' };
    const date = Math.floor(Date.now() / 1000) - 3600;
    bench.telegram.addUpdate({
      edited_message: { message_id: message, date, edit_date: date, chat, from, text: 'Old?' },
    });
    await bench.telegram.waitFor(() => bench.telegram.pending.length === 0);
    await pause(50);
    expect(bench.shown()).to.deep.equal(['Re: Wen?']);
    expect(asked()).to.deep.equal(['Wen?']);
  });
});
