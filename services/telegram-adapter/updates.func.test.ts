import { expect } from 'chai';
import { FinishReason } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { Bot_Delivery, Bot_State } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { ConfigError } from '#lib/config/variables.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { CHAT, eventually, gate, pause, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished, said, saying } from '#testing/telegram-peers.ts';

describe('updates of Telegram', () => {
  const bench = TelegramBench.inSuite();

  describe('commands', () => {
    it('/start presents the assistant', async () => {
      bench.peers.assistants = [
        { name: 'assistants/velik', displayName: 'Velik <3', description: 'Bicycles.', sampleQuestions: ['How much?'] },
      ];
      await bench.start();
      bench.telegram.say(CHAT, '/start', { language_code: 'ru' });
      await bench.shows('Velik <3\nBicycles.\n\nЗадайте вопрос своими словами. Например:\n• How much?');
    });

    it('/new, /help and unknown ones', async () => {
      await bench.start();
      bench.telegram.say(CHAT, '/new');
      await bench.telegram.waitFor(() => bench.peers.reset.length === 1 && bench.shown().length === 1);
      expect(bench.peers.reset).to.deep.equal([`assistants/velik/sessions/telegram-${bench.telegram.bot.id}.${CHAT}`]);
      bench.telegram.say(CHAT, '/help@some_other_bot');
      bench.telegram.say(CHAT, '/help');
      await bench.telegram.waitFor(() => bench.shown()[1]?.includes('\n/lang Choose the language'));
      bench.telegram.say(CHAT, '/dance');
      await bench.telegram.waitFor(() => bench.shown()[2]?.startsWith('I do not know this command'));
    });

    it('/stop overtakes: the running answer ends, what waits is dropped', async () => {
      const { opened, open } = gate();
      bench.peers.onStop = () => {
        open();
        return 1;
      };
      bench.peers.script = async function* () {
        yield begun();
        yield said(1, 'On and on');
        await opened;
        yield finished({ answer: 'On and on', outcome: Outcome.STOPPED }, FinishReason.STOPPED);
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Tell me');
      await bench.shows('On and on');
      bench.telegram.say(CHAT, 'And more');
      bench.telegram.say(CHAT, '/stop');
      await bench.shows('On and on\n\n⏹ Stopped.', 'Stopped.');
      bench.telegram.say(CHAT, '/stop');
      await bench.telegram.waitFor(() => bench.shown().length === 3);
      expect(bench.peers.asked).to.have.lengthOf(1);
    });
  });

  describe('what it does not answer', () => {
    it('says once of an album that it cannot read it', async () => {
      await bench.start();
      const chat = { id: CHAT, type: 'private', first_name: 'Аня' };
      const from = { id: CHAT, is_bot: false, first_name: 'Аня', language_code: 'ru' };
      const video = { file_id: 'f', file_unique_id: 'u', width: 1, height: 1, duration: 1 };
      const date = Math.floor(Date.now() / 1000);
      bench.telegram.addChat(CHAT);
      for (const message_id of [901, 902]) {
        bench.telegram.addUpdate({ message: { message_id, date, chat, from, video, media_group_id: 'album' } });
      }
      await bench.shows(
        'Я понимаю текст, голосовые сообщения, картинки и текстовые файлы. Спросите, пожалуйста, одним из этих способов.',
      );
    });

    it('ignores groups and unknown kinds, and goes on', async () => {
      bench.peers.script = saying('Here.');
      await bench.start();
      bench.telegram.say(-100500, 'Hello all');
      bench.telegram.addUpdate({ message: { message_id: 1, nonsense: true } });
      bench.telegram.say(CHAT, 'Here?');
      await bench.shows('Here.');
      expect(bench.telegram.answers(-100500)).to.deep.equal([]);
    });

    it('apologizes once for what it missed for long', async () => {
      const date = Math.floor(Date.now() / 1000) - 3600;
      bench.telegram.say(CHAT, 'one', {}, { date });
      bench.telegram.say(CHAT, 'two', {}, { date });
      await bench.start();
      await bench.telegram.waitFor(() => bench.telegram.pending.length === 0 && bench.shown().length > 0);
      await pause(30);
      expect(bench.shown()).to.have.lengthOf(1);
      expect(bench.shown()[0]).to.match(/^Sorry, I was away/);
      expect(bench.peers.asked).to.deep.equal([]);
    });
  });

  describe('updates', () => {
    async function bots() {
      const identity = await bench.host.issue('gateway');
      const options = {
        service: 'telegram-adapter',
        address: bench.adapter?.address ?? '',
        identity,
        metrics: bench.host.metrics,
      };
      await using channel = openChannel(options);
      const principal = { channel: 2, realm: 'key-test', subject: '', scopes: [4], assistants: [] };
      return (await createClient(BotService, channel).listBots({}, { principal: principal as never })).bots;
    }

    it('come by long poll, and their state is told', async () => {
      bench.peers.script = saying('Yes.');
      await bench.start();
      bench.telegram.say(CHAT, 'Live?');
      await bench.shows('Yes.');
      const [bot] = await bots();
      expect(bot).to.deep.include({
        name: `bots/${bench.telegram.bot.id}`,
        username: bench.telegram.bot.username,
        assistant: 'assistants/velik',
        delivery: Bot_Delivery.LONG_POLL,
        state: Bot_State.LIVE,
        problem: '',
      });
      expect(bot?.lastUpdateTime).not.to.equal(undefined);
    });

    it('come again after trouble, which is told meanwhile', async () => {
      bench.peers.script = saying('Yes.');
      bench.telegram.failNext('getMe', { status: 401, description: 'Unauthorized' });
      bench.telegram.failNext('getUpdates', {
        status: 409,
        description: 'Conflict: terminated by other getUpdates request',
      });
      await bench.start();
      await eventually(async () => (await bots())[0]?.problem.includes('OTVET_TELEGRAM_TOKEN'));
      bench.telegram.say(CHAT, 'Back?');
      await bench.shows('Yes.');
      expect((await bots())[0]?.problem).to.equal('');
    });

    it('are none without a token', async () => {
      await bench.start({ OTVET_TELEGRAM_TOKEN: '' });
      expect(await bots()).to.deep.equal([]);
    });

    it('come by webhook to who knows the secret', async () => {
      bench.peers.script = saying('Yes.');
      await bench.start({
        OTVET_TELEGRAM_WEBHOOK_URL: 'https://otvet.example.org/telegram',
        OTVET_TELEGRAM_WEBHOOK_SECRET: 'open-sesame',
        OTVET_TELEGRAM_WEBHOOK_ADDRESS: '127.0.0.1:0',
      });
      await eventually(async () => (await bots())[0]?.state === Bot_State.LIVE);
      expect(bench.telegram.calls('setWebhook')[0]?.parameters).to.deep.include({ secret_token: 'open-sesame' });
      const chat = { id: CHAT, type: 'private', first_name: 'Ann' };
      const from = { id: CHAT, is_bot: false, first_name: 'Ann' };
      const message = { message_id: 5, date: Math.floor(Date.now() / 1000), chat, from, text: 'Hi?' };
      bench.telegram.addChat(CHAT);
      const post = async (secret: string, body: string, path = '/telegram') => {
        const headers = { 'x-telegram-bot-api-secret-token': secret };
        return (await fetch(`http://${bench.adapter?.webhookAddress}${path}`, { method: 'POST', body, headers }))
          .status;
      };
      const body = JSON.stringify({ update_id: 1, message });
      expect(await post('wrong', body)).to.equal(401);
      expect(await post('open-sesame', body, '/other')).to.equal(404);
      expect(await post('open-sesame', '{')).to.equal(400);
      expect(await post('open-sesame', `"${'x'.repeat(1_100_000)}"`)).to.equal(413);
      expect(await post('open-sesame', body)).to.equal(200);
      expect(await post('open-sesame', body)).to.equal(200);
      await bench.shows('Yes.');
      expect(bench.peers.asked).to.have.lengthOf(1);
    });

    it('are not taken by a webhook without a secret', async () => {
      const error = await bench
        .start({ OTVET_TELEGRAM_WEBHOOK_URL: 'https://otvet.example.org/telegram' })
        .catch((e) => e);
      expect(error).to.be.instanceOf(ConfigError);
      expect(error.message).to.match(/^OTVET_TELEGRAM_WEBHOOK_SECRET: /);
    });
  });
});
