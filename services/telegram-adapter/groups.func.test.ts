import { expect } from 'chai';
import { CHAT, pause, QUICK, TelegramBench } from '#testing/telegram-bench.ts';
import { saying } from '#testing/telegram-peers.ts';
import { LOOKS } from './bot.ts';

const GROUP = -1_001_000_000_500;
const OPEN = { OTVET_TELEGRAM_GROUPS: 'open' };
const OWNED = { OTVET_TELEGRAM_OWNERS: String(CHAT) };

describe('the bot in Telegram groups', () => {
  const bench = TelegramBench.inSuite();
  const shows = (chat: number, pattern: RegExp, index = 0): Promise<string> =>
    bench.telegram.waitFor(() => {
      const text = bench.shown(chat)[index];
      return text !== undefined && pattern.test(text) ? text : undefined;
    });
  const codeIn = (text: string): string => /\/pair (\w+)/.exec(text)?.[1] ?? '';
  beforeEach(() => {
    bench.peers.script = saying('At noon.');
  });

  describe('that may ask', () => {
    it('answers what is asked by /ask, mention, reply and keyword, as a reply to it, and nothing else', async () => {
      await bench.start({ ...OPEN, OTVET_TELEGRAM_KEYWORDS: 'Bicycle, day pass' });
      const ids = ['/ask When?', 'When, @otvet_test_bot?', 'Where is my bicycle?'].map((text) =>
        bench.telegram.say(GROUP, text),
      );
      bench.telegram.say(GROUP, 'Nice weather');
      bench.telegram.say(GROUP, '/ask@other_bot When?');
      bench.telegram.say(GROUP, '/unknown_command');
      await bench.telegram.waitFor(() => bench.shown(GROUP).length === 3);
      ids.push(
        bench.telegram.say(GROUP, 'And then?', {}, { replyTo: bench.telegram.answers(GROUP)[0]?.messageId as number }),
      );
      await bench.telegram.waitFor(() => bench.shown(GROUP).length === 4);
      expect(bench.telegram.answers(GROUP).map(({ replyTo }) => replyTo)).to.deep.equal(ids);
      expect(bench.peers.asked.map(({ request }) => request.question)).to.deep.equal([
        'When?',
        'When?',
        'Where is my bicycle?',
        'And then?',
      ]);
    });

    it('each topic has a session of its own, and gets its answers', async () => {
      await bench.start(OPEN);
      bench.telegram.say(GROUP, '/ask In general?');
      bench.telegram.say(GROUP, '/ask In seven?', {}, { threadId: 7 });
      bench.telegram.say(GROUP, '/new', {}, { threadId: 7 });
      await bench.telegram.waitFor(() => bench.shown(GROUP).length === 3);
      expect(bench.telegram.answers(GROUP).map(({ threadId }) => threadId)).to.have.members([undefined, 7, 7]);
      const sessions = bench.peers.asked.map(({ request }) => request.sessionId);
      expect(sessions).to.have.members([String(GROUP), `${GROUP}_7`]);
      expect(bench.peers.reset).to.deep.equal([
        `assistants/velik/sessions/telegram-${bench.telegram.bot.id}.${GROUP}_7`,
      ]);
    });

    it('people who ask at once are told apart, and answered one after the other', async () => {
      await bench.start(OPEN);
      bench.telegram.say(GROUP, '/ask One?', { id: 11 });
      bench.telegram.say(GROUP, '/ask Two?', { id: 12 });
      await bench.telegram.waitFor(() => bench.shown(GROUP).length === 2);
      expect(bench.peers.asked.map(({ principal }) => principal?.subject)).to.deep.equal(['11', '12']);
    });

    it('/ask alone says how to ask', async () => {
      await bench.start(OPEN);
      bench.telegram.say(GROUP, '/ask');
      await shows(GROUP, /behind \/ask/);
      expect(bench.peers.asked).to.deep.equal([]);
    });

    it('a question of a channel in the group is answered, a post of a channel is not', async () => {
      await bench.start(OPEN);
      const chat = { id: GROUP, type: 'supergroup', title: 'Club' };
      const date = Math.floor(Date.now() / 1000);
      const from = { id: 136817688, is_bot: true, first_name: 'Channel' };
      const post = { message_id: 900, date, chat, from, sender_chat: { id: -77, type: 'channel', title: 'News' } };
      bench.telegram.addChat(GROUP);
      bench.telegram.addUpdate({ message: { ...post, text: '/ask Posted?', is_automatic_forward: true } });
      bench.telegram.addUpdate({ message: { ...post, message_id: 901, text: '/ask Asked?' } });
      await shows(GROUP, /At noon/);
      expect(bench.peers.asked.map(({ request, principal }) => [request.question, principal?.subject])).to.deep.equal([
        ['Asked?', '-77'],
      ]);
    });

    it('follows a group that becomes a supergroup, also in mid-answer', async () => {
      const old = -500;
      await bench.start(OPEN);
      bench.telegram.say(old, '/ask When?');
      await shows(old, /At noon/);
      bench.telegram.say(old, '/ask And then?');
      bench.telegram.migrate(old, GROUP, false);
      await shows(GROUP, /At noon/);
      expect(bench.shown(GROUP)).to.have.lengthOf(1);
    });
  });

  describe('that nobody has let in', () => {
    it('says once how it is let in, keeps nothing of what is said, and answers once its owner has let it in', async () => {
      const lines: string[] = [];
      const log = bench.host.log.child({});
      log.info = ((...args: unknown[]) => lines.push(args.filter((arg) => typeof arg === 'string').join(' '))) as never;
      log.child = (() => log) as never;
      await bench.start({}, log);
      bench.telegram.say(GROUP, '/ask When?');
      const code = codeIn(await shows(GROUP, /not open to this group/));
      bench.telegram.say(GROUP, '/ask Still when?');
      bench.telegram.say(GROUP, `/pair ${code}`);
      bench.telegram.say(CHAT, `/pair ${code}`);
      await shows(CHAT, /do not know this code/);
      const claim = codeIn(lines.find((line) => line.includes('/pair')) ?? '');
      bench.telegram.say(CHAT, `/pair ${claim}`);
      await shows(CHAT, /my owner now/, 1);
      bench.telegram.say(999, `/pair ${claim}`);
      await shows(999, /do not know this code/);
      bench.telegram.say(CHAT, `/pair ${code.toUpperCase()}`);
      await shows(CHAT, /can ask me now/, 2);
      await shows(GROUP, /Hello/, 1);
      expect(bench.peers.asked).to.deep.equal([]);
      bench.telegram.say(GROUP, '/ask Now?');
      await shows(GROUP, /At noon/, 2);
    });

    it('its owner opens a group by adding it, and is told once what is missing there', async () => {
      await bench.start(OWNED);
      bench.telegram.say(CHAT, 'Hello');
      await shows(CHAT, /At noon/);
      bench.telegram.stand(GROUP, 'member', { id: CHAT });
      await shows(GROUP, /Hello! Ask me/);
      await shows(CHAT, /only see commands and replies to me.*setprivacy/, 1);
      bench.telegram.stand(GROUP, 'restricted', { id: 8 }, { can_send_messages: false });
      await shows(CHAT, /may not write/, 2);
      bench.telegram.stand(GROUP, 'restricted', { id: 8 }, { can_send_messages: false });
      bench.telegram.stand(GROUP, 'administrator', { id: 8 });
      bench.telegram.say(GROUP, '/ask When?');
      await shows(GROUP, /At noon/, 1);
      expect(bench.shown(CHAT)).to.have.lengthOf(3);
    });

    it('/pair of the owner in the group lets it in, that of others is not even answered', async () => {
      await bench.start(OWNED);
      bench.telegram.say(GROUP, '/pair', { id: 8 });
      bench.telegram.say(GROUP, '/pair', { id: CHAT });
      await shows(GROUP, /Hello! Ask me/);
      expect(bench.shown(GROUP)).to.have.lengthOf(1);
    });

    it('is left after a day; whoever adds it again needs a new code', async () => {
      let shift = 0;
      bench.host = { ...bench.host, clock: { now: () => Date.now() + shift } };
      await bench.start(OWNED, bench.host.log, { pace: QUICK, looks: { ...LOOKS, groupsEveryMs: 20 } });
      bench.telegram.stand(GROUP, 'member', { id: 8 });
      const first = codeIn(await shows(GROUP, /not open to this group/));
      await pause(60);
      expect(bench.telegram.calls('leaveChat')).to.deep.equal([]);
      shift = 25 * 3_600_000;
      await bench.telegram.waitFor(() => bench.telegram.calls('leaveChat').length === 1);
      bench.telegram.say(CHAT, `/pair ${first}`, {}, { date: Math.floor((Date.now() + shift) / 1000) });
      await shows(CHAT, /do not know this code/);
      bench.telegram.stand(GROUP, 'member', { id: 8 });
      expect(codeIn(await shows(GROUP, /not open to this group/, 1))).not.to.equal(first);
    });

    it('who removes the bot closes the group, and its move to a supergroup does not', async () => {
      await bench.start(OWNED);
      bench.telegram.stand(-500, 'member', { id: CHAT });
      await shows(-500, /Hello/);
      bench.telegram.migrate(-500, GROUP);
      bench.telegram.say(GROUP, '/ask When?');
      await shows(GROUP, /At noon/);
      bench.telegram.stand(GROUP, 'kicked', { id: 8 });
      bench.telegram.stand(GROUP, 'member', { id: 8 });
      await shows(GROUP, /not open to this group/, 1);
    });
  });
});
