import { expect } from 'chai';
import { ConfigError, readConfig } from '#lib/config/variables.ts';
import { CHAT, gate, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished, saying } from '#testing/telegram-peers.ts';
import { telegramAdapterVariables } from './config.ts';

const STRANGER = 999;
const CHANNEL = -1_001_000_000_900;

describe('who may use the bot in Telegram, and how much', () => {
  const bench = TelegramBench.inSuite();
  const shows = (chat: number, pattern: RegExp, index = 0): Promise<string> =>
    bench.telegram.waitFor(() => {
      const text = bench.shown(chat)[index];
      return text !== undefined && pattern.test(text) ? text : undefined;
    });
  beforeEach(() => {
    bench.peers.script = saying('At noon.');
  });

  it('a list lets in whom it names; others hear so once, kindly', async () => {
    await bench.start({ OTVET_TELEGRAM_ACCESS: 'list', OTVET_TELEGRAM_ALLOWED: `${CHAT}, 12` });
    for (const text of ['/start', 'When?', 'Please!']) bench.telegram.say(STRANGER, text);
    await shows(STRANGER, /only answer people whom my owner has let in/);
    bench.telegram.say(CHAT, 'When?');
    await shows(CHAT, /At noon/);
    expect(bench.shown(STRANGER)).to.have.lengthOf(1);
    expect(bench.peers.asked).to.have.lengthOf(1);
  });

  it('a code lets a person in when an owner gives it', async () => {
    await bench.start({ OTVET_TELEGRAM_ACCESS: 'pairing', OTVET_TELEGRAM_OWNERS: String(CHAT) });
    bench.telegram.say(STRANGER, 'When?');
    const code = /\/pair (\w+)/.exec(await shows(STRANGER, /do not know you yet/))?.[1];
    bench.telegram.say(STRANGER, `/pair ${code}`);
    await shows(STRANGER, /do not know this code/, 1);
    bench.telegram.say(CHAT, `/pair ${code}`);
    await shows(CHAT, /this person can ask me now/);
    bench.telegram.say(STRANGER, 'When?');
    await shows(STRANGER, /At noon/, 2);
  });

  it('members of a channel may ask, who leaves it may not, and neither is asked of Telegram each time', async () => {
    bench.telegram.member(CHANNEL, CHAT, 'member');
    await bench.start({ OTVET_TELEGRAM_ACCESS: 'members', OTVET_TELEGRAM_MEMBERS_OF: String(CHANNEL) });
    for (const text of ['One?', 'Two?']) bench.telegram.say(CHAT, text);
    await shows(CHAT, /At noon/, 1);
    bench.telegram.say(STRANGER, 'When?');
    await shows(STRANGER, /members of/);
    expect(bench.telegram.calls('getChatMember')).to.have.lengthOf(2);
  });

  it('who has asked enough is told when to ask again, and the count outlives the process', async () => {
    const limits = { OTVET_TELEGRAM_QUESTIONS_PER_HOUR: '2' };
    await bench.start(limits);
    for (const text of ['One?', '/help', 'Two?']) bench.telegram.say(CHAT, text);
    await bench.telegram.waitFor(() => bench.peers.asked.length === 2 && bench.shown().length === 3);
    await bench.stop(100);
    await bench.start(limits);
    bench.telegram.say(CHAT, 'Three?');
    await shows(CHAT, /ask again at \d\d:\d\d UTC/, 3);
    bench.telegram.say(STRANGER, 'One?');
    await shows(STRANGER, /At noon/);
    expect(bench.peers.asked).to.have.lengthOf(3);
  });

  it('asking anew is asking, and counts', async () => {
    await bench.start({ OTVET_TELEGRAM_QUESTIONS_PER_HOUR: '1' });
    bench.telegram.say(CHAT, 'One?');
    await bench.telegram.waitFor(() => bench.shown().length === 1);
    bench.telegram.say(CHAT, '/retry');
    await shows(CHAT, /ask again at \d\d:\d\d UTC/, 1);
    expect(bench.peers.asked).to.have.lengthOf(1);
  });

  it('who sends thirty messages at once gets one sentence about it, and every message that was taken in its answer', async () => {
    const { opened, open } = gate();
    bench.peers.script = async function* ({ question }) {
      await opened;
      yield begun();
      yield finished({ answer: `Answer to ${question}` });
    };
    await bench.start({ OTVET_TELEGRAM_BURST: '5' });
    const date = Math.floor(Date.now() / 1000);
    for (let n = 1; n <= 30; n++) bench.telegram.say(CHAT, `Q${n}`, {}, { date });
    open();
    await bench.telegram.waitFor(() => bench.shown().length === 6);
    bench.telegram.say(CHAT, 'Later', {}, { date: date + 11 });
    await bench.telegram.waitFor(() => bench.shown().includes('Answer to Later'));
    expect(bench.shown().filter((text) => text.startsWith('Answer'))).to.deep.equal(
      ['Q1', 'Q2', 'Q3', 'Q4', 'Q5', 'Later'].map((question) => `Answer to ${question}`),
    );
    expect(bench.shown().filter((text) => text.startsWith('That was a lot'))).to.have.lengthOf(1);
  });

  it('rules that contradict each other are told at once', () => {
    const read = (env: Record<string, string>) => () => readConfig(telegramAdapterVariables, env);
    expect(read({ OTVET_TELEGRAM_ACCESS: 'list', OTVET_TELEGRAM_MEMBERS_OF: '@news_of_us' })).to.throw(
      ConfigError,
      /OTVET_TELEGRAM_ALLOWED: is required[\s\S]*OTVET_TELEGRAM_MEMBERS_OF: does nothing/,
    );
    expect(read({ OTVET_TELEGRAM_ACCESS: 'members' })).to.throw(ConfigError, /MEMBERS_OF: is required/);
    expect(read({ OTVET_TELEGRAM_ALLOWED: '5' })).to.throw(ConfigError, /ALLOWED: does nothing/);
    expect(read({ OTVET_TELEGRAM_OWNERS: 'me' })).to.throw(ConfigError, /OWNERS: must be/);
  });
});
