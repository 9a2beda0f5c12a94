import { expect } from 'chai';
import { FinishReason } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { Bot_Delivery, Bot_State } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { ConfigError, readConfig } from '#lib/config/variables.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Host, RunningService } from '#lib/service/host.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { type TemporaryFolder, temporaryFolder } from '#testing/folders.ts';
import { testHost } from '#testing/host.ts';
import { startTelegramDouble, type TelegramDouble } from '#testing/telegram-double.ts';
import { begun, finished, said, saying, startTelegramPeers, type TelegramPeers } from '#testing/telegram-peers.ts';
import type { Pace } from './answering/pace.ts';
import { telegramAdapterVariables } from './config.ts';
import { startTelegramAdapter } from './service.ts';

const QUICK: Pace = { holdMs: 10, editGapMs: 40, typingAfterMs: 60, typingEveryMs: 100 };
const CHAT = 4711;

describe('the telegram-adapter', () => {
  let host: Host;
  let peers: TelegramPeers;
  let telegram: TelegramDouble;
  let folder: TemporaryFolder;
  let adapter: (RunningService & { readonly webhookAddress: string | undefined }) | undefined;

  beforeEach(async () => {
    host = await testHost();
    peers = await startTelegramPeers(host);
    telegram = await startTelegramDouble();
    folder = await temporaryFolder();
  });

  afterEach(async () => {
    await adapter?.stop(0);
    adapter = undefined;
    const faults = telegram.violations.map(({ method, fault }) => `${method}: ${fault}`);
    await telegram.close();
    await peers[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
    expect(faults).to.deep.equal([]);
  });

  async function start(env: Readonly<Record<string, string>> = {}, pace: Pace = QUICK): Promise<void> {
    const config = readConfig(telegramAdapterVariables, {
      OTVET_DATA_DIR: folder.path,
      OTVET_TELEGRAM_ADDRESS: '127.0.0.1:0',
      OTVET_CONVERSATION_ADDRESS: peers.conversationAddress,
      OTVET_TRAINING_ADDRESS: peers.trainingAddress,
      OTVET_TELEGRAM_TOKEN: telegram.token,
      OTVET_TELEGRAM_API_URL: telegram.url,
      ...env,
    });
    adapter = await startTelegramAdapter(config, host, { pace });
  }

  /** Stops at once, as a killed process would, and starts again on the same data. */
  async function restart(): Promise<void> {
    await adapter?.stop(0);
    await start();
  }

  const shown = (chat = CHAT): readonly string[] => telegram.answers(chat).map(({ text }) => text);
  const shows = (...texts: readonly string[]) =>
    telegram.waitFor(() => JSON.stringify(shown()) === JSON.stringify(texts) && texts);
  const metric = async (name: string): Promise<number> => {
    const values = await host.metrics.getSingleMetric(name)?.get();
    return values?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
  };
  /** As `waitFor`, for what cannot be looked at without waiting. */
  const until = async (look: () => Promise<boolean | undefined>): Promise<void> => {
    while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const gate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { opened: promise, open: resolve };
  };

  describe('answers', () => {
    it('sends a finished answer as one message, on behalf of the person', async () => {
      peers.script = saying('Until 9 pm [1].');
      await start();
      const message = telegram.say(CHAT, 'Until when are you open?', { id: 77 });
      await shows('Until 9 pm [1].');
      expect(telegram.answers(CHAT)[0]?.edits).to.equal(0);
      const [{ request, principal } = {}] = peers.asked;
      expect(request).to.deep.include({ assistant: 'assistants/velik', sessionId: '4711', position: BigInt(message) });
      expect(request?.requestId).to.match(/^tg-\d+$/);
      expect(principal).to.deep.include({ realm: `telegram-${telegram.bot.id}`, subject: '77' });
      expect(principal?.assistants).to.deep.equal(['assistants/velik']);
    });

    it('grows by edits, never with half a mark, and ends as the final text with its sources', async () => {
      const { opened, open } = gate();
      peers.script = async function* () {
        yield begun();
        yield said(1, 'Until **nine');
        yield said(2, '** [1], ');
        await opened;
        yield said(3, 'on *Sundays* until six.');
        const citations = [{ number: 1, title: 'Opening hours', source: 'assistants/velik/datasets/d/documents/h' }];
        yield finished({ answer: 'Until **nine** [1], on *Sundays* until six.', citations, language: 'en' });
      };
      await start();
      telegram.say(CHAT, 'Until when?');
      await shows('Until nine [1],');
      open();
      await shows('Until nine [1], on Sundays until six.\n\nSources\n[1] Opening hours');
      const [answer] = telegram.answers(CHAT);
      expect(telegram.history(CHAT, answer?.messageId ?? 0).map(({ text }) => text)).to.have.lengthOf.at.least(2);
      expect(telegram.answers(CHAT)).to.have.lengthOf(1);
    });

    it('replaces what a lost attempt showed', async () => {
      const { opened, open } = gate();
      peers.script = async function* () {
        yield begun(1);
        yield said(1, 'Wrong so far');
        await opened;
        yield begun(2);
        yield said(1, 'Right.');
        yield finished({ answer: 'Right.', attempt: 2 });
      };
      await start();
      telegram.say(CHAT, 'Well?');
      await shows('Wrong so far');
      open();
      await shows('Right.');
    });

    it('splits a long answer, in order, losing nothing', async () => {
      const answer = Array.from({ length: 1200 }, (_, index) => `word${index}`).join(' ');
      peers.script = saying(answer);
      await start();
      telegram.say(CHAT, 'All of it, please');
      await telegram.waitFor(() => shown().join(' ') === answer);
      expect(shown()).to.have.lengthOf(3);
    });

    it('shows that it is typing while nothing is said', async () => {
      const { opened, open } = gate();
      peers.script = async function* () {
        yield begun();
        await opened;
        yield finished({ answer: 'There.' });
      };
      await start();
      telegram.say(CHAT, 'Hm?');
      await telegram.waitFor(() => telegram.actions(CHAT).length >= 2);
      open();
      await shows('There.');
    });

    it('says when the length limit cut an answer short', async () => {
      peers.script = async function* () {
        yield begun();
        yield finished({ answer: 'So much', language: 'ru' }, FinishReason.LENGTH);
      };
      await start();
      telegram.say(CHAT, 'Расскажи всё');
      await telegram.waitFor(() => /^So much\n\nОтвет получился слишком длинным/.test(shown()[0] ?? ''));
    });
  });

  describe('order', () => {
    it('answers the questions of a chat one after another, other chats meanwhile', async () => {
      const gates = new Map<string, ReturnType<typeof gate>>();
      peers.script = async function* ({ question }) {
        yield begun();
        const { opened } = gates.getOrInsertComputed(question, gate);
        await opened;
        yield finished({ answer: `re ${question}` });
      };
      await start();
      telegram.say(CHAT, 'one');
      telegram.say(CHAT, 'two');
      telegram.say(9, 'other');
      await telegram.waitFor(() => peers.asked.length === 2);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(peers.asked.map(({ request }) => request.question)).to.have.members(['one', 'other']);
      gates.get('other')?.open();
      await telegram.waitFor(() => shown(9)[0] === 're other');
      gates.get('one')?.open();
      await telegram.waitFor(() => peers.asked.length === 3 && shown()[0] === 're one');
      await telegram.waitFor(() => gates.has('two'));
      gates.get('two')?.open();
      await shows('re one', 're two');
    });

    it('takes an update that comes twice once', async () => {
      peers.script = saying('Once.');
      await start();
      const update = { message: { message_id: 900, date: Math.floor(Date.now() / 1000), text: 'again?' } };
      const chat = { id: CHAT, type: 'private', first_name: 'Ann' };
      const from = { id: CHAT, is_bot: false, first_name: 'Ann' };
      telegram.addChat(CHAT);
      telegram.addUpdate({ ...update, message: { ...update.message, chat, from } });
      await shows('Once.');
      await adapter?.stop(1000);
      await start();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(shown()).to.deep.equal(['Once.']);
      expect(peers.asked).to.have.lengthOf(1);
    });
  });

  describe('delivery', () => {
    it('sends again once when the result of a send was lost, and counts it', async () => {
      peers.script = saying('Here.');
      telegram.failNext('sendMessage', { drop: 'after' });
      await start();
      telegram.say(CHAT, 'Where?');
      await shows('Here.', 'Here.');
      expect(await metric('otvet_telegram_repeated_sends_total')).to.equal(1);
    });

    it('does not count a send that was certainly not done', async () => {
      peers.script = saying('Here.');
      telegram.failNext('sendMessage', { status: 500, description: 'Internal Server Error' });
      await start();
      telegram.say(CHAT, 'Where?');
      await shows('Here.');
      expect(await metric('otvet_telegram_repeated_sends_total')).to.equal(0);
    });

    it('goes on after a restart between two parts', async () => {
      const answer = Array.from({ length: 1200 }, (_, index) => `word${index}`).join(' ');
      peers.script = saying(answer);
      await start();
      telegram.failNext('sendMessage', {}, { status: 500, description: 'Internal Server Error', times: 100 });
      telegram.say(CHAT, 'All of it');
      await telegram.waitFor(() => telegram.calls('sendMessage')[1]?.status === 500);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await adapter?.stop(0);
      telegram.clearFaults();
      await start();
      await telegram.waitFor(() => shown().join(' ') === answer);
      expect(shown()).to.have.lengthOf(3);
      expect(await metric('otvet_telegram_repeated_sends_total')).to.equal(0);
      expect(new Set(peers.asked.map(({ request }) => request.requestId)).size).to.equal(1);
    });

    it('sends again after it was killed between a send and its record, and counts it', async () => {
      peers.script = saying('Here.');
      telegram.failNext('sendMessage', { delayMs: 200, drop: 'after' });
      await start();
      telegram.say(CHAT, 'Where?');
      await telegram.waitFor(() => telegram.calls('sendMessage').length === 1);
      await restart();
      await telegram.waitFor(() => shown().length >= 1 && telegram.calls('sendMessage').length === 2);
      await until(async () => (await metric('otvet_telegram_repeated_sends_total')) === 1);
    });

    it('edits what a killed process showed', async () => {
      peers.script = async function* (_, signal) {
        yield begun();
        yield said(1, 'Half of');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      };
      await start();
      telegram.say(CHAT, 'Well?');
      await shows('Half of');
      await new Promise((resolve) => setTimeout(resolve, 50));
      await adapter?.stop(0);
      peers.script = saying('Half of it all.');
      await start();
      await shows('Half of it all.');
    });

    it('obeys retry_after, skips frames, and the final text lands', async () => {
      telegram.setFloodLimits({ perChat: 1, perGroupMinute: 20, overall: 30, burst: 1 });
      peers.script = async function* () {
        yield begun();
        for (let sequence = 1; sequence <= 8; sequence++) {
          yield said(sequence, `w${sequence} `);
          await new Promise((resolve) => setTimeout(resolve, 60));
        }
        yield finished({ answer: 'w1 w2 w3 w4 w5 w6 w7 w8' });
      };
      await start();
      telegram.say(CHAT, 'Count');
      await shows('w1 w2 w3 w4 w5 w6 w7 w8');
      const refused = telegram.calls('editMessageText').filter(({ status }) => status === 429);
      expect(refused.length).to.be.within(1, 2);
      expect(await metric('otvet_telegram_floods_total')).to.equal(refused.length);
    });

    it('falls back to plain text when Telegram cannot read the markup', async () => {
      peers.script = saying('**bold**');
      telegram.failNext('sendMessage', { status: 400, description: "Bad Request: can't parse entities: oh" });
      await start();
      telegram.say(CHAT, 'Loud?');
      await shows('bold');
      expect(telegram.answers(CHAT)[0]?.parseMode).to.equal(undefined);
    });

    it('sends a new message when the one to edit is gone', async () => {
      const { opened, open } = gate();
      peers.script = async function* () {
        yield begun();
        yield said(1, 'Draft');
        await opened;
        yield finished({ answer: 'Final' });
      };
      await start();
      telegram.say(CHAT, 'Well?');
      await shows('Draft');
      telegram.failNext('editMessageText', { status: 400, description: 'Bad Request: message to edit not found' });
      open();
      await shows('Draft', 'Final');
    });

    it('does not insist where the person blocked the bot', async () => {
      peers.script = saying('Hello?');
      await start();
      telegram.addChat(CHAT);
      telegram.block(CHAT);
      telegram.say(CHAT, 'Bye');
      await telegram.waitFor(() => telegram.calls('sendMessage').some(({ status }) => status === 403));
      await until(async () => (await metric('otvet_telegram_undelivered_age_seconds')) === 0);
      await restart();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(telegram.calls('sendMessage')).to.have.lengthOf(1);
    });
  });

  describe('failures', () => {
    it('tells the person in their language, with an id, and keeps what was said', async () => {
      peers.script = async function* () {
        yield begun();
        yield said(1, 'Сначала ');
        throw new RpcError({ code: 'ABORTED', reason: 'PROVIDER_STREAM_CUT', domain: 'llm.otvet', message: 'cut' });
      };
      await start();
      telegram.say(CHAT, 'Что потом?');
      await telegram.waitFor(() => /^Сначала\n\nПростите.*\(Ошибка [0-9a-z]{6}\)$/s.test(shown()[0] ?? ''));
    });

    it('asks again where the stream broke, without saying anything twice', async () => {
      let calls = 0;
      peers.script = async function* ({ after }) {
        calls++;
        if (calls === 1)
          throw new RpcError({ code: 'UNAVAILABLE', reason: 'UNAVAILABLE', domain: 'otvet', message: '' });
        if (calls === 2) {
          yield begun();
          yield said(1, 'One ');
          throw new RpcError({ code: 'UNAVAILABLE', reason: 'UNAVAILABLE', domain: 'otvet', message: '' });
        }
        expect(after).to.deep.include({ attempt: 1, sequence: 1 });
        yield said(2, 'two.');
        yield finished({ answer: 'One two.' });
      };
      await start();
      telegram.say(CHAT, 'Count');
      await shows('One two.');
      expect(calls).to.equal(3);
    });

    it('does not ask again for a turn that is finished', async () => {
      peers.script = async function* () {
        yield begun();
        yield finished({ outcome: Outcome.FAILED, failureReason: 'UNAVAILABLE' });
        throw new RpcError({ code: 'UNAVAILABLE', reason: 'UNAVAILABLE', domain: 'otvet', message: '' });
      };
      await start();
      telegram.say(CHAT, 'Well?');
      await telegram.waitFor(() => /^Sorry, I cannot reach my sources/.test(shown()[0] ?? ''));
      expect(peers.asked).to.have.lengthOf(1);
    });

    it('says that it is not ready while there is no assistant', async () => {
      peers.assistants = [];
      await start();
      telegram.say(CHAT, 'Anybody?');
      await telegram.waitFor(() => /^I am not set up to answer yet/.test(shown()[0] ?? ''));
    });
  });

  it('writes no token and nothing that people said into its logs', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    host = { ...host, log: createLogger({ level: 'debug', destination }) };
    peers.script = async function* ({ question }) {
      yield begun();
      yield said(1, `you said ${question}`);
      throw new RpcError({ code: 'INTERNAL', reason: 'INTERNAL', domain: 'otvet', message: `about ${question}` });
    };
    telegram.failNext('getMe', { drop: 'before' }, { status: 502, body: '<html>' });
    telegram.failNext('sendMessage', { drop: 'before' }, { status: 400, description: 'Bad Request: strange' });
    await start();
    telegram.say(CHAT, 'my-secret-question');
    await telegram.waitFor(() => shown()[0]?.includes('Sorry, I could not answer this.'));
    expect(lines).to.have.lengthOf.at.least(3);
    for (const line of lines) {
      expect(line).not.to.contain('my-secret-question');
      expect(line).not.to.contain(telegram.token);
    }
  });

  describe('commands', () => {
    it('/start presents the assistant', async () => {
      peers.assistants = [
        { name: 'assistants/velik', displayName: 'Velik <3', description: 'Bicycles.', sampleQuestions: ['How much?'] },
      ];
      await start();
      telegram.say(CHAT, '/start', { language_code: 'ru' });
      await shows('Velik <3\nBicycles.\n\nЗадайте вопрос своими словами. Например:\n• How much?');
    });

    it('/new, /lang and unknown ones', async () => {
      await start();
      telegram.say(CHAT, '/new');
      await telegram.waitFor(() => peers.reset.length === 1 && shown().length === 1);
      expect(peers.reset).to.deep.equal([`assistants/velik/sessions/telegram-${telegram.bot.id}.${CHAT}`]);
      telegram.say(CHAT, '/lang ru');
      await telegram.waitFor(() => shown()[1] === 'Буду отвечать по-русски.');
      expect(peers.updated[0]).to.deep.include({ language: 'ru' });
      telegram.say(CHAT, '/dance');
      await telegram.waitFor(() => shown()[2]?.startsWith('Такой команды я не знаю'));
      telegram.say(CHAT, '/lang auto');
      await telegram.waitFor(() => peers.updated[1]?.language === '');
      telegram.say(CHAT, '/help@some_other_bot');
      telegram.say(CHAT, '/lang xx');
      await telegram.waitFor(() => shown().length === 5);
      expect(telegram.calls('setMyCommands')).to.have.lengthOf(2);
      expect(telegram.commands('ru')).to.be.an('array').with.lengthOf(5);
    });

    it('/stop overtakes: the running answer ends, what waits is dropped', async () => {
      const { opened, open } = gate();
      peers.onStop = () => {
        open();
        return 1;
      };
      peers.script = async function* () {
        yield begun();
        yield said(1, 'On and on');
        await opened;
        yield finished({ answer: 'On and on', outcome: Outcome.STOPPED }, FinishReason.STOPPED);
      };
      await start();
      telegram.say(CHAT, 'Tell me');
      await shows('On and on');
      telegram.say(CHAT, 'And more');
      telegram.say(CHAT, '/stop');
      await shows('On and on', 'Stopped.');
      telegram.say(CHAT, '/stop');
      await telegram.waitFor(() => shown().length === 3);
      expect(peers.asked).to.have.lengthOf(1);
    });
  });

  describe('what it does not answer', () => {
    it('says once that it reads text only', async () => {
      await start();
      const chat = { id: CHAT, type: 'private', first_name: 'Аня' };
      const from = { id: CHAT, is_bot: false, first_name: 'Аня', language_code: 'ru' };
      const photo = [{ file_id: 'f', file_unique_id: 'u', width: 1, height: 1 }];
      const date = Math.floor(Date.now() / 1000);
      telegram.addChat(CHAT);
      for (const message_id of [901, 902]) {
        telegram.addUpdate({ message: { message_id, date, chat, from, photo, media_group_id: 'album' } });
      }
      await shows('Пока я понимаю только текст. Напишите, пожалуйста, вопрос словами.');
    });

    it('ignores groups and unknown kinds, and goes on', async () => {
      peers.script = saying('Here.');
      await start();
      telegram.say(-100500, 'Hello all');
      telegram.addUpdate({ message: { message_id: 1, nonsense: true } });
      telegram.say(CHAT, 'Here?');
      await shows('Here.');
      expect(telegram.answers(-100500)).to.deep.equal([]);
    });

    it('apologizes once for what it missed for long', async () => {
      const date = Math.floor(Date.now() / 1000) - 3600;
      telegram.say(CHAT, 'one', {}, { date });
      telegram.say(CHAT, 'two', {}, { date });
      await start();
      await telegram.waitFor(() => telegram.pending.length === 0 && shown().length > 0);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(shown()).to.have.lengthOf(1);
      expect(shown()[0]).to.match(/^Sorry, I was away/);
      expect(peers.asked).to.deep.equal([]);
    });
  });

  describe('updates', () => {
    async function bots() {
      const identity = await host.issue('gateway');
      const options = { service: 'telegram-adapter', address: adapter?.address ?? '', identity, metrics: host.metrics };
      await using channel = openChannel(options);
      const principal = { channel: 2, realm: 'key-test', subject: '', scopes: [4], assistants: [] };
      return (await createClient(BotService, channel).listBots({}, { principal: principal as never })).bots;
    }

    it('come by long poll, and their state is told', async () => {
      peers.script = saying('Yes.');
      await start();
      telegram.say(CHAT, 'Live?');
      await shows('Yes.');
      const [bot] = await bots();
      expect(bot).to.deep.include({
        name: `bots/${telegram.bot.id}`,
        username: telegram.bot.username,
        assistant: 'assistants/velik',
        delivery: Bot_Delivery.LONG_POLL,
        state: Bot_State.LIVE,
        problem: '',
      });
      expect(bot?.lastUpdateTime).not.to.equal(undefined);
    });

    it('come again after trouble, which is told meanwhile', async () => {
      peers.script = saying('Yes.');
      telegram.failNext('getMe', { status: 401, description: 'Unauthorized' });
      telegram.failNext('getUpdates', { status: 409, description: 'Conflict: terminated by other getUpdates request' });
      await start();
      await until(async () => (await bots())[0]?.problem.includes('OTVET_TELEGRAM_TOKEN'));
      telegram.say(CHAT, 'Back?');
      await shows('Yes.');
      expect((await bots())[0]?.problem).to.equal('');
    });

    it('are none without a token', async () => {
      await start({ OTVET_TELEGRAM_TOKEN: '' });
      expect(await bots()).to.deep.equal([]);
    });

    it('come by webhook to who knows the secret', async () => {
      peers.script = saying('Yes.');
      await start({
        OTVET_TELEGRAM_WEBHOOK_URL: 'https://otvet.example.org/telegram',
        OTVET_TELEGRAM_WEBHOOK_SECRET: 'open-sesame',
        OTVET_TELEGRAM_WEBHOOK_ADDRESS: '127.0.0.1:0',
      });
      await until(async () => (await bots())[0]?.state === Bot_State.LIVE);
      expect(telegram.calls('setWebhook')[0]?.parameters).to.deep.include({ secret_token: 'open-sesame' });
      const chat = { id: CHAT, type: 'private', first_name: 'Ann' };
      const from = { id: CHAT, is_bot: false, first_name: 'Ann' };
      const message = { message_id: 5, date: Math.floor(Date.now() / 1000), chat, from, text: 'Hi?' };
      telegram.addChat(CHAT);
      const post = async (secret: string, body: string, path = '/telegram') => {
        const headers = { 'x-telegram-bot-api-secret-token': secret };
        return (await fetch(`http://${adapter?.webhookAddress}${path}`, { method: 'POST', body, headers })).status;
      };
      const body = JSON.stringify({ update_id: 1, message });
      expect(await post('wrong', body)).to.equal(401);
      expect(await post('open-sesame', body, '/other')).to.equal(404);
      expect(await post('open-sesame', '{')).to.equal(400);
      expect(await post('open-sesame', `"${'x'.repeat(1_100_000)}"`)).to.equal(413);
      expect(await post('open-sesame', body)).to.equal(200);
      expect(await post('open-sesame', body)).to.equal(200);
      await shows('Yes.');
      expect(peers.asked).to.have.lengthOf(1);
    });

    it('are not taken by a webhook without a secret', async () => {
      const error = await start({ OTVET_TELEGRAM_WEBHOOK_URL: 'https://otvet.example.org/telegram' }).catch((e) => e);
      expect(error).to.be.instanceOf(ConfigError);
      expect(error.message).to.match(/^OTVET_TELEGRAM_WEBHOOK_SECRET: /);
    });
  });
});
