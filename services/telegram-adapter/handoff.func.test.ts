import { expect } from 'chai';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { CHAT, pause, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished, said, saying } from '#testing/telegram-peers.ts';
import { LOOKS } from './bot.ts';

const GROUP = -1_001_234_567_890;
const ANN = { id: 501, first_name: 'Ann' };
const BEN = { id: 502, first_name: 'Ben' };
const WITH_OPERATORS = { OTVET_TELEGRAM_OPERATORS: String(GROUP) };
const CALLED =
  'I have called a person. They will write to you here; until then I am quiet. Send /new to come back to me.';
const JOINED = 'A person is with you now.\n👤 Ann';
const LEFT = 'The person has left the conversation. I am back: ask me anything.';

describe('people take over in Telegram', () => {
  const bench = TelegramBench.inSuite();

  const start = async (env: Readonly<Record<string, string>> = WITH_OPERATORS) => {
    bench.telegram.addChat(GROUP);
    bench.peers.script = saying('The bot.');
    await bench.start(env, bench.host.log, { looks: { ...LOOKS, sweepEveryMs: 30 } });
  };
  const session = () => `assistants/velik/sessions/telegram-${bench.telegram.bot.id}.${CHAT}`;
  const inTopic = () =>
    bench.telegram
      .answers(GROUP)
      .map(({ text }) => text)
      .filter((text) => text !== '');
  const topic = () => bench.telegram.topics(GROUP)[0];
  const operator = (text: string, from = ANN) =>
    bench.telegram.say(GROUP, text, from, { threadId: topic()?.threadId ?? 0 });
  const called = async () => {
    bench.telegram.say(CHAT, '/human');
    await bench.telegram.waitFor(() => inTopic().length === 1);
    await bench.shows(CALLED);
  };

  it('a person who sends /human is told what happens, and operators get a topic with their name and what was said', async () => {
    await start();
    bench.peers.handoffs.recent = [{ question: 'When?', answer: 'I do not know.' }];
    await called();
    expect(bench.telegram.topics(GROUP).map(({ name }) => name)).to.deep.equal([`Person ${CHAT}`]);
    expect(inTopic()[0]).to.match(/^— When\?\nI do not know\.\n\nThe person asks for people\. Write here/);
    bench.telegram.say(CHAT, '/human');
    await bench.shows(CALLED, 'A person has been called already and will write to you here.');
    expect(bench.telegram.topics(GROUP)).to.have.length(1);
  });

  it('both hear each other in order and once, the person learns who is there, and the bot is silent', async () => {
    await start();
    await called();
    bench.telegram.say(CHAT, 'Hello?');
    bench.telegram.say(CHAT, 'My *bicycle* is gone.');
    await bench.telegram.waitFor(() => inTopic().length === 3);
    expect(inTopic().slice(1)).to.deep.equal(['Hello?', 'My *bicycle* is gone.']);
    operator('Hello, I am here.');
    operator('Tell me more.');
    await bench.shows(CALLED, JOINED, 'Hello, I am here.', 'Tell me more.');
    bench.telegram.say(CHAT, 'Gladly.');
    await bench.telegram.waitFor(() => inTopic().includes('Gladly.'));
    expect(inTopic()).to.include('Ann has taken this conversation.');
    expect(bench.telegram.answers(CHAT)).to.have.length(4);
    expect(bench.peers.handoffs.messages.map(({ text }) => text)).to.deep.equal(['Hello, I am here.', 'Tell me more.']);
  });

  it('pictures pass both ways as they are', async () => {
    await start();
    await called();
    const photo = [{ file_id: 'f', file_unique_id: 'u', width: 1, height: 1 }];
    const date = Math.floor(Date.now() / 1000);
    const chat = { id: CHAT, type: 'private', first_name: 'P' };
    const from = { id: CHAT, is_bot: false, first_name: 'P' };
    const seen = bench.telegram.say(CHAT, 'stands for a picture');
    await bench.telegram.waitFor(() => inTopic().length === 2);
    bench.telegram.addUpdate({ message: { message_id: seen, date, chat, from, photo } });
    await bench.telegram.waitFor(() => inTopic().length === 2 && bench.telegram.pending.length === 0);
    const other = bench.telegram.say(CHAT, 'stands for another');
    await bench.telegram.waitFor(() => inTopic().length === 3);
    const spoken = bench.telegram.say(GROUP, '(no topic of theirs)', ANN);
    const group = { id: GROUP, type: 'supergroup', title: 'G', is_forum: true };
    const topical = { message_thread_id: topic()?.threadId, is_topic_message: true };
    const by = { is_bot: false, ...ANN };
    bench.telegram.addUpdate({ message: { message_id: spoken, date, chat: group, from: by, photo, ...topical } });
    await bench.shows(CALLED, JOINED, '(no topic of theirs)');
    expect(other).to.be.greaterThan(seen);
  });

  it('an operator takes a conversation and gives it back with buttons; another one takes it over', async () => {
    await start();
    await called();
    const card = bench.telegram.answers(GROUP).find(({ buttons }) => buttons.length > 0);
    expect(card?.buttons.flat().map(({ text }) => text)).to.deep.equal(['Take', 'Give back']);
    const press = (data: string, from: typeof ANN) => bench.telegram.press(GROUP, card?.messageId ?? 0, data, from);
    const query = press('take:people', ANN);
    await bench.shows(CALLED, JOINED);
    expect(bench.telegram.callbackAnswer(query)).to.not.equal(undefined);
    press('take:people', BEN);
    await bench.shows(CALLED, JOINED, 'A person is with you now.\n👤 Ben');
    press('end:people', BEN);
    await bench.shows(CALLED, JOINED, 'A person is with you now.\n👤 Ben', LEFT);
    await bench.telegram.waitFor(() => topic()?.isClosed);
  });

  it('after /end the bot answers again, and a late word of the operator is not delivered, which they are told', async () => {
    await start();
    await called();
    operator('Hello.');
    operator('/end');
    await bench.shows(CALLED, JOINED, 'Hello.', LEFT);
    operator('One more thing.');
    await bench.telegram.waitFor(() => inTopic().includes('Not delivered: this conversation is back with me.'));
    bench.telegram.say(CHAT, 'And now?');
    await bench.shows(CALLED, JOINED, 'Hello.', LEFT, 'The bot.');
  });

  it('the same topic is used when the person asks again, and another one when it was deleted', async () => {
    await start();
    await called();
    operator('/end');
    await bench.shows(CALLED, LEFT);
    bench.telegram.say(CHAT, '/human');
    await bench.shows(CALLED, LEFT, CALLED);
    await bench.telegram.waitFor(() => topic()?.isClosed === false);
    expect(bench.telegram.topics(GROUP)).to.have.length(1);
    bench.telegram.deleteTopic(GROUP, topic()?.threadId ?? 0);
    bench.telegram.say(CHAT, 'Hello?');
    await bench.telegram.waitFor(() => inTopic().includes('Hello?'));
    operator('Yes?');
    await bench.shows(CALLED, LEFT, CALLED, JOINED, 'Yes?');
  });

  it('/new brings the bot back, and operators are told', async () => {
    await start();
    await called();
    bench.telegram.say(CHAT, '/new');
    await bench.telegram.waitFor(() => inTopic().includes('This conversation is back with me.'));
    bench.telegram.say(CHAT, 'Back?');
    await bench.telegram.waitFor(() => bench.shown().at(-1) === 'The bot.');
    expect(bench.shown()).to.have.length(3);
  });

  it('nobody comes in time: the person is told, and has the bot again', async () => {
    await start();
    await called();
    bench.peers.handoffs.aheadMs = 31 * 60_000;
    bench.peers.handoffs.apply(session(), { type: 'time passed' });
    await bench.shows(CALLED, 'Nobody could come in time, I am sorry. I am back; you can also try again later.');
    await bench.telegram.waitFor(() => inTopic().includes('This conversation is back with me.'));
  });

  it('what an operator says through a console reaches the person once, and is seen in the topic', async () => {
    await start();
    await called();
    const operator = { id: 'console-7', displayName: 'Cleo' };
    const { number } = bench.peers.handoffs.apply(session(), { type: 'operator wrote', operator });
    bench.peers.handoffs.messages.push({ session: session(), number, operator, requestId: 'c1', text: 'Good day.' });
    await bench.telegram.waitFor(() => bench.shown().length === 3 && inTopic().includes('Cleo: Good day.'));
    await pause(100);
    expect(bench.shown().toSorted()).to.deep.equal(
      [CALLED, 'A person is with you now.\n👤 Cleo', 'Good day.'].toSorted(),
    );
  });

  it('below an answer that says it does not know there is a button that calls people', async () => {
    await start();
    const turn = { name: 'assistants/velik/sessions/s/turns/aa11', answer: 'I do not know.', outcome: Outcome.REFUSED };
    bench.peers.script = async function* () {
      yield begun(1, turn.name);
      yield said(1, turn.answer);
      yield finished(turn);
    };
    bench.telegram.say(CHAT, 'Why?');
    await bench.shows(turn.answer);
    const button = await bench.telegram.waitFor(() =>
      bench.telegram
        .answers(CHAT)[0]
        ?.buttons.flat()
        .find(({ text }) => text === '👤 Talk to a person'),
    );
    bench.telegram.press(CHAT, bench.telegram.answers(CHAT)[0]?.messageId ?? 0, button.callback_data ?? '');
    await bench.shows(turn.answer, CALLED);
    await bench.telegram.waitFor(() => inTopic().length === 1);
  });

  it('after so many refusals in a row people are called unasked', async () => {
    await start({ ...WITH_OPERATORS, OTVET_TELEGRAM_OPERATORS_AFTER: '2' });
    bench.peers.script = async function* () {
      yield begun();
      yield said(1, 'I do not know.');
      yield finished({ answer: 'I do not know.', outcome: Outcome.REFUSED });
    };
    bench.peers.handoffs.refused = 1;
    bench.telegram.say(CHAT, 'One?');
    await bench.shows('I do not know.');
    await pause(100);
    bench.peers.handoffs.refused = 2;
    bench.telegram.say(CHAT, 'Two?');
    await bench.shows('I do not know.', 'I do not know.', CALLED);
    await bench.telegram.waitFor(() => /^I could not answer several questions/.test(inTopic()[0] ?? ''));
  });

  it('where nobody can take over, /human says so', async () => {
    await start({});
    bench.telegram.say(CHAT, '/human');
    await bench.shows('There is nobody here who could take over, I am sorry.');
    bench.telegram.say(GROUP, 'Hello', ANN);
    bench.telegram.say(CHAT, 'And you?');
    await bench.shows('There is nobody here who could take over, I am sorry.', 'The bot.');
  });

  it('nothing is lost or doubled when the adapter is killed in the middle', async () => {
    await start();
    await called();
    operator('First.');
    await bench.shows(CALLED, JOINED, 'First.');
    // What stands is written down by now: a result that is lost with its process may be repeated.
    await pause(100);
    await bench.stop(0);
    operator('Second.');
    bench.telegram.say(CHAT, 'Still here.');
    await start();
    await bench.shows(CALLED, JOINED, 'First.', 'Second.');
    await bench.telegram.waitFor(() => inTopic().filter((text) => text === 'Still here.').length === 1);
  });

  it('operators choose the language in which the bot speaks to them', async () => {
    await start();
    bench.telegram.say(GROUP, '/lang ru', ANN);
    await bench.telegram.waitFor(() => inTopic().length === 1);
    bench.telegram.say(CHAT, '/human');
    await bench.telegram.waitFor(() => /^Человек просит позвать людей/.test(inTopic()[1] ?? ''));
  });

  it('an operator is told when the person cannot be reached any more', async () => {
    await start();
    await called();
    bench.telegram.block(CHAT);
    operator('Hello?');
    await bench.telegram.waitFor(() => inTopic().includes('Not delivered: the person cannot be reached any more.'));
  });
});
