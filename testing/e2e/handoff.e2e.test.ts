import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Handoff_State } from '#gen/otvet/conversation/v1/handoff_pb.ts';
import { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { type Constellation, startConstellation } from '../constellation.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { Partner } from '../public-api.ts';
import { startTelegramDouble, type TelegramDouble } from '../telegram-double.ts';

const GROUP = -1_001_234_567_890;
const CHAT = 81;

describe('people who take over, from end to end', () => {
  let folder: TemporaryFolder;
  let telegram: TelegramDouble;
  let otvet: Constellation;

  before(async function () {
    this.timeout(60_000);
    folder = await temporaryFolder();
    telegram = await startTelegramDouble();
    telegram.addChat(GROUP);
    otvet = await startConstellation('inside', folder.path, {
      OTVET_TELEGRAM_TOKEN: telegram.token,
      OTVET_TELEGRAM_API_URL: telegram.url,
      OTVET_TELEGRAM_OPERATORS: String(GROUP),
    });
    const partner = new Partner(otvet.url, otvet.apiKey);
    while ((await partner.ask('lastochka', 'How much is a day pass?')).turn.release === '') await pause(50);
  });

  after(async () => {
    await otvet?.stop();
    await telegram?.close();
    await folder?.[Symbol.asyncDispose]();
  });

  const inTopic = () => telegram.answers(GROUP).map(({ text }) => text);

  it('talk with a person in Telegram, and the bot is back afterwards', async function () {
    this.timeout(30_000);
    telegram.say(CHAT, 'How much is a day pass?');
    await telegram.waitFor(() => telegram.answers(CHAT).length === 1, 20_000);
    telegram.say(CHAT, '/human');
    await telegram.waitFor(() => inTopic().some((text) => text.includes('How much is a day pass?')), 10_000);
    const threadId = telegram.topics(GROUP)[0]?.threadId ?? 0;
    telegram.say(CHAT, 'Is anybody there?');
    await telegram.waitFor(() => inTopic().includes('Is anybody there?'), 10_000);
    telegram.say(GROUP, 'I am.', { id: 501, first_name: 'Ann' }, { threadId });
    await telegram.waitFor(() => telegram.answers(CHAT).some(({ text }) => text === 'I am.'), 10_000);
    telegram.say(GROUP, '/end', { id: 501, first_name: 'Ann' }, { threadId });
    await telegram.waitFor(() => telegram.topics(GROUP)[0]?.isClosed, 10_000);
    const before = telegram.answers(CHAT).length;
    telegram.say(CHAT, 'How much is a day pass?');
    await telegram.waitFor(() => telegram.answers(CHAT).length > before, 10_000);
    expect(telegram.answers(CHAT).at(-1)?.text).to.match(/\d/);
    expect(telegram.violations).to.deep.equal([]);
  });

  it('have a session of the API by an operator’s console', async function () {
    this.timeout(30_000);
    const partner = new Partner(otvet.url, otvet.apiKey);
    const handoffs = partner.client(HandoffService);
    const { turn } = await partner.ask('lastochka', 'Thanks!', { sessionId: 'desk' });
    const session = turn.name.slice(0, turn.name.indexOf('/turns/'));
    await handoffs.requestHandoff({ session, requestId: 'h1' });
    const silent = await partner.ask('lastochka', 'Anybody?', { sessionId: 'desk' });
    expect([silent.turn.outcome, silent.text]).to.deep.equal([Outcome.HANDED_OVER, '']);
    const operator = { id: 'cleo', displayName: 'Cleo' };
    const said = await handoffs.sendOperatorMessage({ session, operator, text: 'Good day.', requestId: 'm1' });
    expect(said.handoff?.state).to.equal(Handoff_State.HUMAN);
    const { messages } = await handoffs.listHandoffMessages({ parent: session });
    expect(messages.map(({ text }) => text)).to.deep.equal(['Good day.', 'Anybody?']);
  });
});
