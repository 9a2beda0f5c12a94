import { expect } from 'chai';
import { Feedback_Rating, Feedback_Reason } from '#gen/otvet/conversation/v1/feedback_pb.ts';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { CHAT, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished } from '#testing/telegram-peers.ts';

const TURN = 'd'.repeat(24);
const NAME = `assistants/velik/sessions/s/turns/${TURN}`;

describe('what people in Telegram think of an answer', () => {
  const bench = TelegramBench.inSuite();
  const message = () => bench.telegram.answers(CHAT)[0]?.messageId ?? 0;
  const buttons = () => bench.telegram.answers(CHAT)[0]?.buttons.flat() ?? [];
  const texts = () => buttons().map(({ text }) => text);
  const press = (label: string) => {
    const data = buttons().find(({ text }) => text.endsWith(label))?.callback_data ?? label;
    return bench.telegram.press(CHAT, message(), data);
  };
  const given = () => bench.peers.feedback.map(({ feedback }) => feedback);

  const answered = async () => {
    const turn = { name: NAME, answer: 'Until 9 pm.', language: 'en', outcome: Outcome.ANSWERED };
    bench.peers.turns.set(TURN, turn);
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield finished(turn);
    };
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?', { id: 77 });
    await bench.shows('Until 9 pm.');
  };

  it('a thumb up reaches the turn, and the buttons show it', async () => {
    await answered();
    expect(texts()).to.deep.equal(['👍', '👎']);
    bench.telegram.press(CHAT, message(), buttons()[0]?.callback_data ?? '', { id: 77 });
    await bench.telegram.waitFor(() => texts()[0] === '✅ 👍');
    expect(bench.peers.feedback[0]).to.deep.include({ turn: TURN, by: '77' });
    expect(given()[0]?.rating).to.equal(Feedback_Rating.UP);
    expect(bench.shown()).to.deep.equal(['Until 9 pm.']);
  });

  it('after a thumb down one tap says why', async () => {
    await answered();
    const down = press('👎');
    await bench.telegram.waitFor(() => texts().length > 2);
    expect(bench.telegram.callbackAnswer(down)?.text).to.equal('Thank you. What was wrong with it?');
    press('Something is missing');
    await bench.telegram.waitFor(() => texts().includes('✅ Something is missing'));
    expect(given().at(-1)).to.deep.include({ rating: Feedback_Rating.DOWN, reason: Feedback_Reason.INCOMPLETE });
  });

  it('a mind is changed, and a rating taken back', async () => {
    await answered();
    press('👎');
    await bench.telegram.waitFor(() => texts().includes('✅ 👎'));
    press('👍');
    await bench.telegram.waitFor(() => texts().includes('✅ 👍'));
    expect(texts()).to.have.lengthOf(2);
    press('👍');
    await bench.telegram.waitFor(() => texts()[0] === '👍');
    expect(given().map((feedback) => feedback?.rating)).to.deep.equal([
      Feedback_Rating.DOWN,
      Feedback_Rating.UP,
      undefined,
    ]);
  });

  it('pressing twice is as pressing once', async () => {
    await answered();
    const presses = [press('👍'), press('👍')];
    await bench.telegram.waitFor(() => presses.every((id) => bench.telegram.callbackAnswer(id)));
    await bench.telegram.waitFor(() => bench.peers.feedback.length === 2 && texts()[0] === '✅ 👍');
    expect(given().map((feedback) => feedback?.rating)).to.deep.equal([Feedback_Rating.UP, Feedback_Rating.UP]);
  });

  it('greetings are not to be rated', async () => {
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield finished({ name: NAME, answer: 'Hello!', outcome: Outcome.SMALL_TALK });
    };
    await bench.start();
    bench.telegram.say(CHAT, 'Hi');
    await bench.shows('Hello!');
    expect(buttons()).to.deep.equal([]);
  });
});
