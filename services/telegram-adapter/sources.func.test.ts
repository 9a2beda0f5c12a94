import { expect } from 'chai';
import { CHAT, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished } from '#testing/telegram-peers.ts';

const TURN = 'c'.repeat(24);
const NAME = `assistants/velik/sessions/s/turns/${TURN}`;
const HOURS = {
  number: 1,
  title: 'Opening <hours>',
  source: 'assistants/velik/datasets/d/documents/h',
  passage: 'Mon-Sat 9-21, & Sun 10-18.',
  locator: 'row 17',
  sourceVersion: '0123456789abcdef',
};

describe('sources in Telegram', () => {
  const bench = TelegramBench.inSuite();
  const button = () => bench.telegram.answers(CHAT)[0]?.buttons.flat().at(-1);
  const answering = (citations: (typeof HOURS)[]) => {
    const turn = { name: NAME, answer: 'Until 9 pm [1].', citations, language: 'en' };
    bench.peers.turns.set(TURN, turn);
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield finished(turn);
    };
  };
  const answered = async () => {
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?');
    await bench.telegram.waitFor(() => bench.shown().length === 1);
  };

  it('the button shows the exact passages, with their document, place and version', async () => {
    answering([HOURS]);
    await answered();
    expect(button()?.text).to.equal('📚 Sources');
    const press = bench.telegram.press(
      CHAT,
      bench.telegram.answers(CHAT)[0]?.messageId ?? 0,
      button()?.callback_data ?? '',
    );
    await bench.telegram.waitFor(() => bench.shown().length === 2);
    expect(bench.shown()[1]).to.equal('[1] Opening <hours>\nrow 17 · version 0123456789ab\nMon-Sat 9-21, & Sun 10-18.');
    const kinds = bench.telegram.answers(CHAT)[1]?.entities.map(({ type }) => type);
    expect(kinds).to.deep.equal(['bold', 'italic', 'expandable_blockquote']);
    expect(bench.telegram.callbackAnswer(press)).not.to.equal(undefined);
  });

  it('/sources shows those of the last answer', async () => {
    answering([HOURS]);
    await bench.start();
    bench.telegram.say(CHAT, '/sources');
    await bench.shows('This answer cites no sources.');
    bench.telegram.say(CHAT, 'Until when?');
    await bench.telegram.waitFor(() => bench.shown().length === 2);
    bench.telegram.say(CHAT, '/sources');
    await bench.telegram.waitFor(() => bench.shown()[2]?.startsWith('[1] Opening <hours>'));
  });

  it('long passages are split, and nothing of them is lost', async () => {
    const passage = Array.from({ length: 900 }, (_, index) => `word${index}`).join(' ');
    answering([HOURS, { ...HOURS, number: 2, passage }]);
    await answered();
    bench.telegram.press(CHAT, bench.telegram.answers(CHAT)[0]?.messageId ?? 0, button()?.callback_data ?? '');
    await bench.telegram.waitFor(() => bench.shown().length >= 3);
    await bench.telegram.waitFor(() => bench.shown().slice(1).join(' ').endsWith(passage));
  });

  it('an answer that cites nothing has no such button, and /sources says so', async () => {
    answering([]);
    await answered();
    expect(button()?.text ?? '').not.to.contain('Sources');
    bench.telegram.say(CHAT, '/sources');
    await bench.shows('Until 9 pm [1].', 'This answer cites no sources.');
  });
});
