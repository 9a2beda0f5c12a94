import { expect } from 'chai';
import { Outcome, Turn_State } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { CHAT, gate, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished, said } from '#testing/telegram-peers.ts';

const TURN = 'a'.repeat(24);
const NAME = `assistants/velik/sessions/s/turns/${TURN}`;

describe('the Stop button in Telegram', () => {
  const bench = TelegramBench.inSuite();
  const buttons = () =>
    bench.telegram
      .answers(CHAT)[0]
      ?.buttons.flat()
      .map(({ text }) => text);
  const data = () => bench.telegram.answers(CHAT)[0]?.buttons.flat()[0]?.callback_data ?? '';
  const message = () => bench.telegram.answers(CHAT)[0]?.messageId ?? 0;

  /** Says something, and no more until it is stopped or let go on. */
  const writing = () => {
    const { opened, open } = gate();
    let stopped = false;
    bench.peers.turns.set(TURN, { state: Turn_State.RUNNING });
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield said(1, 'As far as ');
      await opened;
      const ended = stopped
        ? { answer: 'As far as ', outcome: Outcome.STOPPED }
        : { answer: 'As far as I know.', outcome: Outcome.ANSWERED };
      yield finished({ name: NAME, language: 'en', ...ended });
    };
    bench.peers.onStop = () => {
      stopped = true;
      open();
      return 1;
    };
    return open;
  };

  it('stands below an answer while it is written, and is gone with the final text', async () => {
    const goOn = writing();
    await bench.start();
    bench.telegram.say(CHAT, 'How far?');
    await bench.shows('As far as');
    expect(buttons()).to.deep.equal(['⏹ Stop']);
    goOn();
    await bench.shows('As far as I know.');
    expect(buttons()).not.to.include('⏹ Stop');
  });

  it('is gone even when the final text is what stood there already', async () => {
    const { opened, open } = gate();
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield said(1, 'Yes.');
      await opened;
      yield finished({ name: NAME, answer: 'Yes.', outcome: Outcome.SMALL_TALK });
    };
    await bench.start();
    bench.telegram.say(CHAT, 'Really?');
    await bench.shows('Yes.');
    open();
    await bench.telegram.waitFor(() => buttons()?.length === 0);
  });

  it('stops the answer; what was said stays, marked as stopped', async () => {
    writing();
    await bench.start();
    bench.telegram.say(CHAT, 'How far?');
    await bench.shows('As far as');
    const press = bench.telegram.press(CHAT, message(), data());
    await bench.shows('As far as\n\n⏹ Stopped.');
    expect(bench.telegram.callbackAnswer(press)).not.to.equal(undefined);
    expect(buttons()).to.deep.equal([]);
    expect(bench.peers.stopped).to.deep.equal([`assistants/velik/sessions/telegram-${bench.telegram.bot.id}.${CHAT}`]);
  });

  it('pressed too late stops nothing else', async () => {
    const goOn = writing();
    await bench.start();
    bench.telegram.say(CHAT, 'How far?');
    await bench.shows('As far as');
    const late = data();
    goOn();
    await bench.shows('As far as I know.');
    bench.peers.turns.set(TURN, { state: Turn_State.FINISHED });
    const press = bench.telegram.press(CHAT, message(), late);
    await bench.telegram.waitFor(() => bench.telegram.callbackAnswer(press));
    bench.telegram.say(CHAT, '/help');
    await bench.telegram.waitFor(() => bench.shown().length === 2);
    expect(bench.peers.stopped).to.deep.equal([]);
  });

  it('is answered at once, however long Telegram wants silence in the chat', async () => {
    writing();
    await bench.start();
    bench.telegram.say(CHAT, 'How far?');
    await bench.shows('As far as');
    bench.telegram.failNext('editMessageText', { status: 429, description: 'Too Many Requests', retry_after: 30 });
    const press = bench.telegram.press(CHAT, message(), data());
    await bench.telegram.waitFor(() => bench.telegram.callbackAnswer(press));
  });
});
