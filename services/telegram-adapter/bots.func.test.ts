import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Channel, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { Bot_State } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { type Client, createClient, openChannel } from '#lib/rpc/client.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { newKey } from '#lib/sealing/keys.ts';
import { eventually, gate, QUICK, TelegramBench } from '#testing/telegram-bench.ts';
import { startTelegramDouble, type TelegramDouble } from '#testing/telegram-double.ts';
import { TelegramFront } from '#testing/telegram-front.ts';
import { begun, finished, said, saying } from '#testing/telegram-peers.ts';
import { LOOKS } from './bot.ts';

const LOOKING = { looks: { ...LOOKS, botsEveryMs: 20 } };
const WATCHING = { looks: { ...LOOKING.looks, waitingEveryMs: 20 } };
const HOTEL = 'assistants/hotel';
const VELIK = 'assistants/velik';

describe('bots of Telegram', () => {
  const bench = TelegramBench.inSuite();
  let second: TelegramDouble;
  let third: TelegramDouble;
  let owned: AsyncDisposableStack;
  let env: Record<string, string>;

  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    second = owned.use(
      await startTelegramDouble({ token: '2222222:AAE-second-double-for-tests', username: 'second_bot' }),
    );
    third = owned.use(
      await startTelegramDouble({ token: '3333333:AAE-third-double-for-tests', username: 'third_bot' }),
    );
    const front = owned.use(await TelegramFront.start(bench.telegram, second, third));
    env = { OTVET_TELEGRAM_API_URL: front.url, OTVET_SECRET_KEY: newKey() };
    bench.peers.assistants = [
      { name: VELIK, displayName: 'Velik' },
      { name: HOTEL, displayName: 'Hotel' },
    ];
  });
  afterEach(async () => {
    await bench.stop(0);
    await owned.disposeAsync();
  });

  /** Calls as somebody whose key is for these assistants; none: all. */
  async function bots<T>(call: (client: Bots) => Promise<T>, ...assistants: string[]): Promise<T> {
    const identity = await bench.host.issue('gateway');
    const address = bench.adapter?.address ?? '';
    const { metrics } = bench.host;
    await using channel = openChannel({ service: 'telegram-adapter', address, identity, metrics });
    const scopes = [Scope.ADMIN];
    const principal = create(PrincipalSchema, { channel: Channel.API, realm: 'key-test', scopes, assistants });
    const client = createClient(BotService, channel);
    return await call({
      add: (request) => client.createBot(request, { principal }),
      get: (name) => client.getBot({ name }, { principal }),
      list: async () => (await client.listBots({}, { principal })).bots,
      assign: (bot) => client.updateBot({ bot, updateMask: { paths: ['assistant'] } }, { principal }),
      remove: (request) => client.deleteBot(request, { principal }),
    });
  }
  interface Bots {
    readonly add: (
      request: Parameters<Client<typeof BotService>['createBot']>[0],
    ) => ReturnType<Client<typeof BotService>['createBot']>;
    readonly get: (name: string) => ReturnType<Client<typeof BotService>['getBot']>;
    readonly list: () => Promise<Awaited<ReturnType<Client<typeof BotService>['listBots']>>['bots']>;
    readonly assign: (bot: {
      name: string;
      assistant: string;
      etag?: string;
    }) => ReturnType<Client<typeof BotService>['updateBot']>;
    readonly remove: (request: { name: string; etag?: string }) => ReturnType<Client<typeof BotService>['deleteBot']>;
  }
  const reasonOf = async (call: Promise<unknown>): Promise<string> => {
    const error = await call.catch((thrown: unknown) => thrown);
    return error instanceof RpcError ? error.failure.reason : 'none';
  };
  const nameOf = ({ bot }: TelegramDouble): string => `bots/${bot.id}`;
  const shows = (double: TelegramDouble, chat: number, text: string): Promise<unknown> =>
    double.waitFor(() => double.answers(chat).some((answer) => answer.text === text), 20_000);
  const live = (double: TelegramDouble): Promise<void> =>
    eventually(async () => (await bots((client) => client.get(nameOf(double)))).bot?.state === Bot_State.LIVE);

  it('are added at run time, and each answers as its own assistant', async () => {
    bench.peers.script = saying('Yes.');
    await bench.start(env, bench.host.log, LOOKING);
    const { bot } = await bots((client) => client.add({ token: second.token, assistant: HOTEL }));
    expect(bot).to.deep.include({ name: nameOf(second), username: 'second_bot', assistant: HOTEL });
    expect(JSON.stringify(bot, (_key, value) => (typeof value === 'bigint' ? String(value) : value))).not.to.contain(
      'AAE',
    );
    second.say(1, 'Hotel?');
    bench.telegram.say(1, 'Bicycle?');
    await Promise.all([shows(second, 1, 'Yes.'), shows(bench.telegram, 1, 'Yes.')]);
    expect(bench.peers.asked.map(({ principal }) => principal?.realm).sort()).to.deep.equal(
      [`telegram-${bench.telegram.bot.id}`, `telegram-${second.bot.id}`].sort(),
    );
    const listed = await bots((client) => client.list());
    expect(listed.map(({ name, managedByEnvironment }) => [name, managedByEnvironment])).to.deep.equal([
      [nameOf(bench.telegram), true],
      [nameOf(second), false],
    ]);
  });

  it('are there again after a restart, their tokens sealed with a newer key', async () => {
    bench.peers.script = saying('Yes.');
    await bench.start({ ...env, OTVET_TELEGRAM_TOKEN: '' }, bench.host.log, LOOKING);
    await bots((client) => client.add({ token: second.token, assistant: HOTEL }));
    await bench.stop(0);
    const newer = newKey();
    const rotated = { ...env, OTVET_TELEGRAM_TOKEN: '', OTVET_SECRET_KEY: `${newer},${env.OTVET_SECRET_KEY}` };
    await bench.start(rotated, bench.host.log, LOOKING);
    await live(second);
    await bench.stop(0);
    await bench.start({ ...rotated, OTVET_SECRET_KEY: newer }, bench.host.log, LOOKING);
    second.say(1, 'Still?');
    await shows(second, 1, 'Yes.');
    await bench.stop(0);
    await bench.start({ ...rotated, OTVET_SECRET_KEY: newKey() }, bench.host.log, LOOKING);
    const { bot } = await bots((client) => client.get(nameOf(second)));
    expect(bot).to.include({ state: Bot_State.FAILING });
    expect(bot?.problem).to.match(/cannot be opened.*OTVET_SECRET_KEY_FILE/);
  });

  it('are refused for good reasons', async () => {
    const add = (token: string, assistant = HOTEL, requestId = '') =>
      reasonOf(bots((client) => client.add({ token, assistant, requestId })));
    await bench.start({ ...env, OTVET_SECRET_KEY: '' }, bench.host.log, LOOKING);
    expect(await add(second.token)).to.equal('SECRET_KEY_MISSING');
    await bench.stop(0);
    await bench.start(env, bench.host.log, LOOKING);
    expect(await add('9999999:nobody-knows-this-token')).to.equal('BOT_TOKEN_REFUSED');
    expect(await add('no token')).to.equal('INVALID_REQUEST');
    expect(await add(second.token, 'assistants/nobody')).to.equal('ASSISTANT_NOT_FOUND');
    expect(await add(bench.telegram.token)).to.equal('BOT_EXISTS');
    expect(await add(second.token, HOTEL, 'r1')).to.equal('none');
    expect(await add(second.token, HOTEL, 'r1')).to.equal('none');
    expect(await add(second.token, VELIK, 'r1')).to.equal('REQUEST_ID_REUSED');
    expect(await add(third.token, HOTEL, 'r1')).to.equal('REQUEST_ID_REUSED');
    expect(await add(second.token)).to.equal('BOT_EXISTS');
    const remove = (name: string) => reasonOf(bots((client) => client.remove({ name })));
    expect(await remove(nameOf(bench.telegram))).to.equal('BOT_IN_ENVIRONMENT');
    expect(await remove(nameOf(third))).to.equal('BOT_NOT_FOUND');
  });

  it('are seen and changed only by who may use their assistant', async () => {
    await bench.start(env, bench.host.log, LOOKING);
    await bots((client) => client.add({ token: second.token, assistant: HOTEL }), HOTEL);
    const name = nameOf(second);
    expect(await bots((client) => client.list(), HOTEL)).to.have.lengthOf(1);
    expect(await bots((client) => client.list(), 'assistants/other')).to.deep.equal([]);
    expect(await reasonOf(bots((client) => client.get(name), VELIK))).to.equal('BOT_NOT_FOUND');
    expect(await reasonOf(bots((client) => client.remove({ name }), VELIK))).to.equal('BOT_NOT_FOUND');
    expect(await reasonOf(bots((client) => client.assign({ name, assistant: VELIK }), HOTEL))).to.equal(
      'ASSISTANT_NOT_FOUND',
    );
  });

  it('change their assistant, unless somebody else changed it first', async () => {
    bench.peers.script = saying('Yes.');
    await bench.start(env, bench.host.log, LOOKING);
    const { bot } = await bots((client) => client.add({ token: second.token, assistant: HOTEL }));
    const name = nameOf(second);
    const etag = bot?.etag ?? '';
    expect((await bots((client) => client.assign({ name, assistant: VELIK, etag }))).bot?.assistant).to.equal(VELIK);
    expect(await reasonOf(bots((client) => client.assign({ name, assistant: HOTEL, etag })))).to.equal('BOT_CHANGED');
    second.say(1, 'Who?');
    await shows(second, 1, 'Yes.');
    expect(bench.peers.asked[0]?.request.assistant).to.equal(VELIK);
  });

  it('finish what they accepted when they are removed, and are forgotten', async () => {
    const { opened, open } = gate();
    bench.peers.script = async function* () {
      yield begun();
      yield said(1, 'Half');
      await opened;
      yield said(2, ' and half.');
      yield finished({ answer: 'Half and half.' });
    };
    await bench.start({ ...env, OTVET_TELEGRAM_TOKEN: '' }, bench.host.log, LOOKING);
    await bots((client) => client.add({ token: second.token, assistant: HOTEL }));
    second.say(1, 'Before?');
    await shows(second, 1, 'Half');
    await bots((client) => client.remove({ name: nameOf(second) }));
    expect(await bots((client) => client.list())).to.deep.equal([]);
    second.say(1, 'After?');
    open();
    await shows(second, 1, 'Half and half.');
    await eventually(async () => second.calls('deleteWebhook').length >= 2);
    expect(bench.peers.asked).to.have.lengthOf(1);
    bench.peers.script = saying('Again.');
    await bots((client) => client.add({ token: second.token, assistant: HOTEL }));
    await shows(second, 1, 'Again.');
  });

  it('do no harm to one another: a refused token, hundreds of slow chats', async function () {
    this.timeout(30_000);
    const { opened, open } = gate();
    bench.peers.script = async function* (request) {
      if (request.question === 'slow') await opened;
      yield* saying('Quick.')(request, new AbortController().signal);
    };
    // Hundreds of chats in which the bot seems to type ten times a second would be a test of the machine.
    const pace = { ...QUICK, typingAfterMs: 5_000, typingEveryMs: 5_000 };
    await bench.start(env, bench.host.log, { ...LOOKING, pace });
    await bots((client) => client.add({ token: second.token, assistant: HOTEL }));
    await bots((client) => client.add({ token: third.token, assistant: VELIK }));
    await live(second);
    third.failNext('getUpdates', { status: 401, description: 'Unauthorized' });
    for (let chat = 1; chat <= 520; chat++) second.say(chat, 'slow');
    bench.telegram.say(1, 'quick');
    await shows(bench.telegram, 1, 'Quick.');
    third.say(1, 'quick');
    await shows(third, 1, 'Quick.');
    open();
  });

  it('tell of a token that Telegram refuses later', async () => {
    await bench.start(env, bench.host.log, LOOKING);
    await bots((client) => client.add({ token: third.token, assistant: HOTEL }));
    await live(third);
    for (let n = 0; n < 50; n++) third.failNext('getUpdates', { status: 401, description: 'Unauthorized' });
    third.say(1, 'Anybody?');
    await eventually(async () => {
      const { bot } = await bots((client) => client.get(nameOf(third)));
      return bot?.state === Bot_State.FAILING && /refuses the token: remove the bot/.test(bot.problem);
    });
    expect((await bots((client) => client.get(nameOf(bench.telegram)))).bot?.problem).to.equal('');
  });

  it('have webhooks at paths and with secrets of their own, and tell what waits', async () => {
    bench.peers.script = saying('Yes.');
    const address = '127.0.0.1:0';
    const webhook = {
      OTVET_TELEGRAM_WEBHOOK_URL: 'http://127.0.0.1:9/telegram',
      OTVET_TELEGRAM_WEBHOOK_SECRET: 'open-sesame',
      OTVET_TELEGRAM_WEBHOOK_ADDRESS: address,
    };
    await bench.start({ ...env, ...webhook }, bench.host.log, WATCHING);
    await bots((client) => client.add({ token: second.token, assistant: HOTEL }));
    await live(second);
    const set = second.calls('setWebhook')[0]?.parameters ?? {};
    expect(set.url).to.equal(`http://127.0.0.1:9/telegram/${second.bot.id}`);
    expect(String(set.secret_token)).to.match(/^[A-Za-z0-9_-]{26,256}$/);
    const chat = { id: 1, type: 'private', first_name: 'Ann' };
    const from = { id: 1, is_bot: false, first_name: 'Ann' };
    const message = { message_id: 5, date: Math.floor(Date.now() / 1000), chat, from, text: 'Hi?' };
    second.addChat(1);
    const post = async (secret: unknown, path: string) => {
      const url = `http://${bench.adapter?.webhookAddress}${path}`;
      const headers = { 'x-telegram-bot-api-secret-token': String(secret) };
      return (await fetch(url, { method: 'POST', body: JSON.stringify({ update_id: 1, message }), headers })).status;
    };
    expect(await post('open-sesame', `/telegram/${second.bot.id}`)).to.equal(401);
    expect(await post(set.secret_token, '/telegram')).to.equal(401);
    expect(await post(set.secret_token, `/telegram/${third.bot.id}`)).to.equal(404);
    expect(await post(set.secret_token, `/telegram/${second.bot.id}`)).to.equal(200);
    await shows(second, 1, 'Yes.');
    second.say(2, 'Nobody hears this.');
    await eventually(async () => (await bench.metric('otvet_telegram_pending_updates')) > 0);
    await eventually(async () => (await bench.metric('otvet_telegram_webhook_errors_total')) > 0);
    await bots((client) => client.remove({ name: nameOf(second) }));
    await eventually(async () => second.calls('deleteWebhook').length === 1);
    expect(await post(set.secret_token, `/telegram/${second.bot.id}`)).to.equal(404);
  });
});
