import { expect } from 'chai';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { CHAT, eventually, gate, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished, said } from '#testing/telegram-peers.ts';

const TURN = 'b'.repeat(24);
const NAME = `assistants/velik/sessions/s/turns/${TURN}`;
const CUT = new RpcError({ code: 'ABORTED', reason: 'PROVIDER_STREAM_CUT', domain: 'llm.otvet', message: 'cut' });

describe('trying again in Telegram', () => {
  const bench = TelegramBench.inSuite();
  const answers = () => bench.telegram.answers(CHAT);
  const retry = () => answers()[0]?.buttons.flat()[0];
  const press = () => bench.telegram.press(CHAT, answers()[0]?.messageId ?? 0, retry()?.callback_data ?? '');
  const requests = () => bench.peers.asked.map(({ request }) => request);

  /** Fails so many times, each time after a word. */
  const failing = (times: number) => {
    let calls = 0;
    bench.peers.script = async function* ({ question }) {
      bench.peers.turns.set(TURN, { question });
      yield begun(1, NAME);
      if (++calls <= times) {
        yield said(1, 'Well, ');
        throw CUT;
      }
      yield said(1, 'Until ');
      yield finished({ name: NAME, answer: 'Until 9 pm.' });
    };
  };
  const failed = () => bench.showsLike(/^Well,\n\nSorry.*\(Error [0-9a-z]{6}\)$/s);

  it('a failure is one kind sentence with an id and a button; the button answers in place', async () => {
    failing(1);
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?', { id: 77 });
    await failed();
    expect(retry()?.text).to.equal('🔄 Try again');
    const { messageId } = answers()[0] ?? {};
    const pressed = press();
    await bench.shows('Until 9 pm.');
    expect(answers().map((one) => one.messageId)).to.deep.equal([messageId]);
    expect(retry()?.text).not.to.equal('🔄 Try again');
    expect(bench.telegram.callbackAnswer(pressed)).not.to.equal(undefined);
    const [first, second] = requests();
    expect(second?.question).to.equal('Until when?');
    expect(second?.requestId).to.equal(`${first?.requestId}-r1`);
  });

  it('two presses make one try', async () => {
    failing(1);
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?');
    await failed();
    const presses = [press(), press()];
    await bench.shows('Until 9 pm.');
    await bench.telegram.waitFor(() => presses.every((id) => bench.telegram.callbackAnswer(id)));
    bench.telegram.say(CHAT, 'And then?');
    await bench.shows('Until 9 pm.', 'Until 9 pm.');
    expect(new Set(requests().map(({ requestId }) => requestId)).size).to.equal(3);
    expect(requests()).to.have.lengthOf(3);
  });

  it('what fails again can be tried again', async () => {
    failing(2);
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?');
    await failed();
    const first = retry()?.callback_data;
    press();
    await bench.telegram.waitFor(() => retry() !== undefined && retry()?.callback_data !== first);
    press();
    await bench.shows('Until 9 pm.');
    expect(requests().at(-1)?.requestId).to.match(/^tg-\d+-r2$/);
  });

  it('works after a restart, for a question that never reached conversation too', async () => {
    bench.peers.assistants = [];
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?');
    await bench.showsLike(/^I am not set up to answer yet/);
    await bench.stop(1000);
    bench.peers.assistants = [{ name: 'assistants/velik', displayName: 'Velik' }];
    failing(0);
    await bench.start();
    press();
    await bench.shows('Until 9 pm.');
    expect(requests()[0]?.question).to.equal('Until when?');
  });

  it('goes on after a restart in the middle of a try', async () => {
    failing(1);
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?');
    await failed();
    const { opened, open } = gate();
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      await opened;
      yield finished({ name: NAME, answer: 'Never.' });
    };
    press();
    await bench.telegram.waitFor(() => requests().length === 2);
    await bench.stop(0);
    open();
    await bench.start();
    await bench.shows('Never.');
    expect(new Set(requests().map(({ requestId }) => requestId)).size).to.equal(2);
  });

  it('/retry asks the last question again, whatever became of it', async () => {
    failing(0);
    await bench.start();
    bench.telegram.say(CHAT, '/retry');
    await bench.shows('There is nothing to answer again yet.');
    bench.telegram.say(CHAT, 'Until when?');
    await bench.telegram.waitFor(() => bench.shown()[1] === 'Until 9 pm.');
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield finished({ name: NAME, answer: 'Until ten.', outcome: Outcome.CURATED });
    };
    bench.telegram.say(CHAT, '/retry');
    await bench.telegram.waitFor(() => bench.shown()[1] === 'Until ten.');
    bench.telegram.say(CHAT, '/retry');
    await bench.telegram.waitFor(() => requests().length === 3);
    expect(requests().map(({ requestId }) => requestId.replace(/^tg-\d+/, ''))).to.deep.equal(['', '-r1', '-r2']);
  });

  it('a long answer that is asked anew leaves nothing of the old one', async () => {
    const long = Array.from({ length: 1200 }, (_, index) => `word${index}`).join(' ');
    bench.peers.script = async function* ({ question }) {
      bench.peers.turns.set(TURN, { question });
      yield begun(1, NAME);
      yield finished({ name: NAME, answer: long });
    };
    await bench.start();
    bench.telegram.say(CHAT, 'All of it');
    await bench.telegram.waitFor(() => bench.shown().length === 3);
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield finished({ name: NAME, answer: 'In short.' });
    };
    bench.telegram.say(CHAT, '/retry');
    await bench.shows('In short.');
  });

  it('/stop drops a try that still waits', async () => {
    failing(1);
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?');
    await failed();
    const { opened, open } = gate();
    bench.peers.onStop = () => {
      open();
      return 1;
    };
    bench.peers.script = async function* () {
      yield begun();
      yield said(1, 'On and on');
      await opened;
      yield finished({ answer: 'On and on', outcome: Outcome.STOPPED });
    };
    bench.telegram.say(CHAT, 'Something else?');
    await bench.telegram.waitFor(() => bench.shown()[1] === 'On and on');
    const pressed = press();
    await bench.telegram.waitFor(() => bench.telegram.callbackAnswer(pressed));
    bench.telegram.say(CHAT, '/stop');
    await bench.telegram.waitFor(() => bench.shown()[1] === 'On and on\n\n⏹ Stopped.');
    await eventually(async () => (await bench.metric('otvet_telegram_undelivered_updates')) === 0);
    expect(requests()).to.have.lengthOf(2);
  });

  it('an old /stop does not stop what is tried again after it', async () => {
    failing(1);
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?');
    await failed();
    bench.telegram.say(CHAT, '/stop');
    await bench.telegram.waitFor(() => bench.shown().length === 2);
    press();
    await bench.telegram.waitFor(() => bench.shown()[0] === 'Until 9 pm.');
  });
});
