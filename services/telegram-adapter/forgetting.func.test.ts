import { expect } from 'chai';
import { CHAT, TelegramBench } from '#testing/telegram-bench.ts';
import { saying } from '#testing/telegram-peers.ts';

describe('what people can know and decide about their data in Telegram', () => {
  const bench = TelegramBench.inSuite();
  const session = (id: string) => `assistants/velik/sessions/telegram-${bench.telegram.bot.id}.${id}`;
  beforeEach(async () => {
    bench.peers.script = saying('At noon.');
  });

  it('/privacy says what is kept, /settings how the bot speaks', async () => {
    await bench.start();
    bench.telegram.say(CHAT, '/privacy');
    bench.telegram.say(CHAT, '/settings');
    await bench.telegram.waitFor(() => bench.shown().length === 2);
    expect(bench.shown()[0]).to.match(/I keep your questions.*\/forget/);
    expect(bench.shown()[1]).to.equal('Language: English. Change it with /lang.');
  });

  it('/forget deletes the conversation when it is said twice within a minute, and not before', async () => {
    await bench.start();
    const now = Math.floor(Date.now() / 1000);
    const say = async (text: string, at: number, pattern: RegExp) => {
      const before = bench.shown().length;
      bench.telegram.say(CHAT, text, {}, { date: now + at });
      await bench.telegram.waitFor(() => pattern.test(bench.shown()[before] ?? ''));
    };
    await say('When?', 0, /At noon/);
    await say('/forget', 0, /Shall I delete/);
    await say('/forget', 61, /Shall I delete/);
    expect(bench.peers.deleted).to.deep.equal([]);
    await say('/forget', 90, /is deleted/);
    expect(bench.peers.deleted).to.deep.equal([session(String(CHAT))]);
  });

  it('in a group the second /forget counts from the same person only', async () => {
    const group = -1_001_000_000_500;
    await bench.start({ OTVET_TELEGRAM_GROUPS: 'open' });
    bench.telegram.say(group, '/forget', { id: 11 });
    bench.telegram.say(group, '/forget', { id: 12 });
    await bench.telegram.waitFor(() => bench.shown(group).length === 2);
    expect(bench.peers.deleted).to.deep.equal([]);
    bench.telegram.say(group, '/forget', { id: 12 });
    await bench.telegram.waitFor(() => bench.peers.deleted.length === 1);
    expect(bench.peers.deleted).to.deep.equal([session(String(group))]);
  });
});
