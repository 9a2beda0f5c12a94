import { expect } from 'chai';
import { Feedback_Rating, Feedback_Reason } from '#gen/otvet/conversation/v1/feedback_pb.ts';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { CHAT, eventually, TelegramBench } from '#testing/telegram-bench.ts';
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

  const answering = () => {
    const turn = { name: NAME, answer: 'Until 9 pm.', language: 'en', outcome: Outcome.ANSWERED };
    bench.peers.turns.set(TURN, turn);
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield finished(turn);
    };
  };
  const answered = async () => {
    answering();
    await bench.start();
    const before = bench.shown().length;
    bench.telegram.say(CHAT, 'Until when?', { id: 77 });
    await bench.telegram.waitFor(() => bench.shown()[before] === 'Until 9 pm.');
    await eventually(async () => (await bench.metric('otvet_telegram_undelivered_updates')) === 0);
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

  it('reactions count as thumbs: hearts too, other moods not, and taking one back clears', async () => {
    await answered();
    bench.telegram.react(CHAT, message(), ['😱'], { id: 77 });
    bench.telegram.react(CHAT, message(), ['❤️'], { id: 77 });
    await bench.telegram.waitFor(() => texts()[0] === '✅ 👍');
    bench.telegram.react(CHAT, message(), ['👎'], { id: 77 });
    await bench.telegram.waitFor(() => texts()[1] === '✅ 👎');
    bench.telegram.react(CHAT, message(), [], { id: 77 });
    await bench.telegram.waitFor(() => texts()[0] === '👍' && texts()[1] === '👎');
    const { UP, DOWN } = Feedback_Rating;
    expect(given().map((feedback) => feedback?.rating)).to.deep.equal([UP, DOWN, undefined]);
  });

  it('a reaction to any part of a long answer is about that answer; those of others are not', async () => {
    const long = Array.from({ length: 1200 }, (_, index) => `word${index}`).join(' ');
    const turn = { name: NAME, answer: long, outcome: Outcome.ANSWERED };
    bench.peers.turns.set(TURN, turn);
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield finished(turn);
    };
    await bench.start();
    bench.telegram.say(CHAT, 'All of it', { id: 77 });
    await bench.telegram.waitFor(() => bench.shown().length === 3);
    await eventually(async () => (await bench.metric('otvet_telegram_undelivered_updates')) === 0);
    bench.telegram.react(CHAT, message(), ['👎'], { id: 78 });
    bench.telegram.react(CHAT, message(), ['👍'], { id: 77 });
    await bench.telegram.waitFor(() => bench.telegram.answers(CHAT)[2]?.buttons[0]?.[0]?.text === '✅ 👍');
    expect(bench.peers.feedback.map(({ by }) => by)).to.deep.equal(['77']);
  });

  it('what is replied to the request for the right answer is taken as it, and only that', async () => {
    await answered();
    bench.telegram.press(CHAT, message(), buttons()[1]?.callback_data ?? '', { id: 77 });
    await bench.telegram.waitFor(() => texts().length > 2);
    const right = buttons().find(({ text }) => text.endsWith('Give the right answer'))?.callback_data ?? '';
    bench.telegram.press(CHAT, message(), right, { id: 77 });
    await bench.telegram.waitFor(() => bench.shown()[1] === 'Please reply to this message with the right answer.');
    const replyTo = bench.telegram.answers(CHAT)[1]?.messageId ?? 0;
    await eventually(async () => (await bench.metric('otvet_telegram_undelivered_updates')) === 0);
    bench.telegram.say(CHAT, 'Until ten.', { id: 77 }, { replyTo });
    await bench.telegram.waitFor(() => bench.shown()[2] === 'Thank you, I have passed it on.');
    expect(given().at(-1)).to.deep.include({ rating: Feedback_Rating.DOWN, correction: 'Until ten.' });
    expect(texts()).to.include('✅ Give the right answer');
    expect(bench.peers.asked).to.have.lengthOf(1);
    bench.telegram.say(CHAT, 'And on Sundays?', { id: 77 }, { replyTo: message() });
    await bench.telegram.waitFor(() => bench.peers.asked.length === 2);
  });

  it('/feedback keeps words about the last answer, with or without a thumb', async () => {
    await bench.start();
    bench.telegram.say(CHAT, '/feedback nice', { id: 77 });
    await bench.shows('There is no answer to rate yet.');
    await bench.stop(1000);
    await answered();
    bench.telegram.say(CHAT, '/feedback Good, but slow', { id: 77 });
    await bench.telegram.waitFor(() => bench.shown()[2] === 'Thank you, I have passed it on.');
    expect(given().at(-1)).to.deep.include({ rating: Feedback_Rating.UNSPECIFIED, comment: 'Good, but slow' });
    bench.telegram.say(CHAT, '/feedback', { id: 77 });
    await bench.telegram.waitFor(() => bench.shown()[3] === 'How was the last answer?');
    const [, , , asked] = bench.telegram.answers(CHAT);
    bench.telegram.press(CHAT, asked?.messageId ?? 0, asked?.buttons[0]?.[0]?.callback_data ?? '', { id: 77 });
    await bench.telegram.waitFor(() => bench.telegram.answers(CHAT)[3]?.buttons[0]?.[0]?.text === '✅ 👍');
    expect(given().at(-1)).to.deep.include({ rating: Feedback_Rating.UP, comment: 'Good, but slow' });
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
