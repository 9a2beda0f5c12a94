import { expect } from 'chai';
import { Outcome, Turn_State } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { eventually, gate, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished, said } from '#testing/telegram-peers.ts';

const TURN = 'e'.repeat(24);
const NAME = `assistants/velik/sessions/s/turns/${TURN}`;
const GROUP = -1_000_123;
const [ANN, BOB] = [77, 78];

describe('buttons in groups of Telegram', () => {
  const bench = TelegramBench.inSuite();
  const answer = () => bench.telegram.answers(GROUP)[0];
  const button = (text: string) =>
    answer()
      ?.buttons.flat()
      .find((one) => one.text.endsWith(text))?.callback_data ?? '';
  const press = (data: string, id: number) => bench.telegram.press(GROUP, answer()?.messageId ?? 0, data, { id });
  const idle = () => eventually(async () => (await bench.metric('otvet_telegram_undelivered_updates')) === 0);
  const told = (id: string) => bench.telegram.waitFor(() => bench.telegram.callbackAnswer(id));

  const asking = async (env: Readonly<Record<string, string>> = {}) => {
    const { opened, open } = gate();
    bench.peers.turns.set(TURN, { state: Turn_State.RUNNING, outcome: Outcome.ANSWERED });
    bench.peers.script = async function* () {
      yield begun(1, NAME);
      yield said(1, 'Until ');
      await opened;
      yield finished({ name: NAME, answer: 'Until 9 pm.', language: 'en' });
    };
    await bench.start({ OTVET_TELEGRAM_GROUPS: 'open', ...env });
    bench.telegram.say(GROUP, '/ask Until when?', { id: ANN });
    await bench.telegram.waitFor(() => answer()?.text === 'Until');
    return open;
  };

  it('somebody else stops nothing of others, and is told so', async () => {
    const open = await asking();
    const stop = button('Stop');
    expect((await told(press(stop, BOB))).text).to.equal('Only the person who asked can use this button.');
    const { opened, open: seen } = gate();
    bench.peers.onStop = () => {
      seen();
      return 1;
    };
    press(stop, ANN);
    await opened;
    open();
    expect(bench.peers.stopped).to.have.lengthOf(1);
  });

  it('thumbs are below an answer by setting only, and for who asked', async () => {
    const open = await asking({ OTVET_TELEGRAM_GROUP_FEEDBACK: 'ask' });
    open();
    await bench.telegram.waitFor(() => button('👍') !== '');
    await told(press(button('👍'), BOB));
    press(button('👎'), ANN);
    await bench.telegram.waitFor(() => button('Not true') !== '');
    expect(bench.peers.feedback.map(({ by }) => by)).to.deep.equal([String(ANN)]);
  });

  it('without the setting there are none, and the reaction of who asked counts all the same', async () => {
    const open = await asking();
    open();
    await bench.telegram.waitFor(() => answer()?.text === 'Until 9 pm.');
    await idle();
    expect(answer()?.buttons).to.deep.equal([]);
    bench.telegram.react(GROUP, answer()?.messageId ?? 0, ['👎'], { id: BOB });
    bench.telegram.react(GROUP, answer()?.messageId ?? 0, ['👍'], { id: ANN });
    await bench.telegram.waitFor(() => bench.peers.feedback.length > 0);
    expect(bench.peers.feedback.map(({ by }) => by)).to.deep.equal([String(ANN)]);
  });
});
