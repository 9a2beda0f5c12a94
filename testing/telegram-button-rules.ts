import { expect } from 'chai';
import { Outcome, Turn_State } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { CHAT, eventually } from './telegram-bench.ts';
import { begun, finished, said } from './telegram-peers.ts';
import type { TelegramReplicas } from './telegram-replicas.ts';

const TURN = 'f'.repeat(24);
const NAME = `assistants/velik/sessions/s/turns/${TURN}`;

/** What holds for buttons where several replicas share a store. Call inside `describe`. */
export function telegramButtonRules(replicas: TelegramReplicas): void {
  const { bench } = replicas;
  const answer = () => bench.telegram.answers(CHAT)[0];
  const press = () =>
    bench.telegram.press(CHAT, answer()?.messageId ?? 0, answer()?.buttons[0]?.[0]?.callback_data ?? '');

  describe('what one of them failed to answer', () => {
    it('another one tries again, once, however often and wherever the button is pressed', async () => {
      let calls = 0;
      bench.peers.script = async function* ({ question }) {
        bench.peers.turns.set(TURN, { question });
        calls++;
        yield begun(1, NAME);
        if (calls > 1) yield finished({ name: NAME, answer: 'Until 9 pm.' });
        else yield finished({ name: NAME, outcome: Outcome.FAILED, failureReason: 'PROVIDER_STREAM_CUT' });
      };
      const first = await replicas.webhook();
      await replicas.route(first);
      bench.telegram.say(CHAT, 'Until when?');
      await bench.showsLike(/^Sorry/);
      await eventually(async () => (await first.metric('otvet_telegram_undelivered_updates')) === 0);
      const [second, third] = [await replicas.webhook(), await replicas.webhook()];
      await first.kill();
      await replicas.route(second, third);
      const presses = [press(), press(), press()];
      await bench.shows('Until 9 pm.');
      await bench.telegram.waitFor(() => presses.every((id) => bench.telegram.callbackAnswer(id)));
      await eventually(async () => (await second.metric('otvet_telegram_undelivered_updates')) === 0);
      await eventually(async () => (await third.metric('otvet_telegram_undelivered_updates')) === 0);
      expect(bench.peers.asked.map(({ request }) => request.question)).to.deep.equal(['Until when?', 'Until when?']);
      expect(bench.shown()).to.deep.equal(['Until 9 pm.']);
    });
  });

  describe('an answer that one of them writes', () => {
    it('is stopped by a button that another one hears of', async () => {
      const { promise: stopped, resolve: stop } = Promise.withResolvers<number>();
      bench.peers.turns.set(TURN, { state: Turn_State.RUNNING });
      bench.peers.onStop = () => {
        stop(1);
        return 1;
      };
      bench.peers.script = async function* () {
        yield begun(1, NAME);
        yield said(1, 'On and on');
        await stopped;
        yield finished({ name: NAME, answer: 'On and on', outcome: Outcome.STOPPED });
      };
      await replicas.route(await replicas.webhook());
      bench.telegram.say(CHAT, 'Tell me');
      await bench.shows('On and on');
      await replicas.route(await replicas.webhook());
      press();
      await bench.shows('On and on\n\n⏹ Stopped.');
      expect(answer()?.buttons).to.deep.equal([]);
    });
  });
}
