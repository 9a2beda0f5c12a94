import { expect } from 'chai';
import { CHAT, TelegramBench } from '#testing/telegram-bench.ts';
import { saying } from '#testing/telegram-peers.ts';

describe('buttons in Telegram', () => {
  const bench = TelegramBench.inSuite();

  it('an old or unknown button is answered politely, in the language of the person', async () => {
    bench.peers.script = saying('Until 9 pm.');
    await bench.start();
    bench.telegram.say(CHAT, 'Until when?');
    await bench.shows('Until 9 pm.');
    const message = bench.telegram.answers(CHAT)[0]?.messageId ?? 0;
    const presses = [
      bench.telegram.press(CHAT, message, 'vote:7', { language_code: 'ru' }),
      bench.telegram.press(CHAT, message, '{"old":true}'),
    ];
    await bench.telegram.waitFor(() => presses.every((id) => bench.telegram.callbackAnswer(id)));
    const texts = presses.map((id) => bench.telegram.callbackAnswer(id)?.text);
    expect(texts).to.deep.equal(['Эта кнопка больше не действует.', 'This button does nothing any more.']);
    expect(bench.shown()).to.deep.equal(['Until 9 pm.']);
  });

  it('a button whose message is not there any more is answered too', async () => {
    await bench.start();
    await bench.telegram.waitFor(() => bench.telegram.calls('getUpdates').length > 0);
    bench.telegram.addUpdate({ callback_query: { id: '5', from: { id: CHAT, is_bot: false }, chat_instance: 'x' } });
    await bench.telegram.waitFor(() => bench.telegram.calls('answerCallbackQuery').length > 0);
    expect(bench.telegram.calls('answerCallbackQuery')[0]?.parameters.callback_query_id).to.equal('5');
  });
});
