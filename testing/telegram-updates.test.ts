import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { callApi } from './telegram/client.ts';
import { startTelegramDouble, type TelegramDouble, type Update } from './telegram-double.ts';

describe('updates of the Telegram double', () => {
  let telegram: TelegramDouble;
  const call = (method: string, parameters: object = {}, signal?: AbortSignal) =>
    callApi(telegram, method, parameters, signal);
  const poll = async (parameters: object = {}): Promise<readonly Update[]> =>
    (await call('getUpdates', parameters)).result as readonly Update[];
  const texts = (updates: readonly Update[]) => updates.map(({ message }) => (message as { text: string }).text);

  beforeEach(async () => {
    telegram = await startTelegramDouble();
  });
  afterEach(() => telegram.close());

  describe('by long poll', () => {
    it('gives an update again until a higher offset confirms it', async () => {
      telegram.say(1, 'a');
      telegram.say(2, 'b');
      expect(texts(await poll())).to.deep.equal(['a', 'b']);
      const [first] = await poll({ limit: 1 });
      expect(texts(await poll({ offset: first?.update_id }))).to.deep.equal(['a', 'b']);
      expect(texts(await poll({ offset: (first?.update_id ?? 0) + 1 }))).to.deep.equal(['b']);
      expect(texts(await poll({ offset: 0 }))).to.deep.equal(['b']);
      expect(telegram.pending).to.have.length(1);
    });

    it('waits for an update, and ends with nothing in time', async () => {
      const waiting = poll({ timeout: 5 });
      await telegram.waitFor(() => telegram.calls('getUpdates').length === 1);
      const id = telegram.say(1, '/start@otvet_test_bot hi', { language_code: 'ru' });
      const [update] = await waiting;
      expect(update?.message).to.deep.include({
        message_id: id,
        text: '/start@otvet_test_bot hi',
        entities: [{ type: 'bot_command', offset: 0, length: 21 }],
      });
      expect(update?.message).to.have.nested.property('from.language_code', 'ru');
      expect(await poll({ timeout: 1, offset: (update?.update_id ?? 0) + 1 })).to.deep.equal([]);
    });

    it('sends an earlier poller away with 409 when another comes', async () => {
      const first = call('getUpdates', { timeout: 5 });
      await telegram.waitFor(() => telegram.calls('getUpdates').length === 1);
      const second = call('getUpdates', { timeout: 5 });
      expect(await first).to.include({ error_code: 409 });
      telegram.say(1, 'a');
      expect(await second).to.include({ ok: true });
    });

    it('loses nothing when a poller hangs up', async () => {
      const hangUp = new AbortController();
      const first = call('getUpdates', { timeout: 5 }, hangUp.signal).catch(() => 'gone');
      await telegram.waitFor(() => telegram.calls('getUpdates').length === 1);
      hangUp.abort();
      expect(await first).to.equal('gone');
      telegram.say(1, 'a');
      expect(texts(await poll())).to.deep.equal(['a']);
    });

    it('gives only the kinds that the bot asked for', async () => {
      expect(telegram.addUpdate({ message_reaction: {} })).to.equal(undefined);
      await poll({ allowed_updates: ['message_reaction'] });
      expect(telegram.addUpdate({ message_reaction: {} })).to.have.property('update_id');
      telegram.say(1, 'a');
      expect(await poll()).to.have.length(1);
    });
  });

  describe('by webhook', () => {
    let bot: http.Server;
    let got: { readonly update: Update; readonly secret: string | undefined }[];
    let answer: (response: http.ServerResponse, count: number) => void;

    beforeEach(async () => {
      got = [];
      answer = (response) => void response.end();
      bot = http.createServer(async (request, response) => {
        const update = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Update;
        got.push({ update, secret: request.headers['x-telegram-bot-api-secret-token'] as string | undefined });
        answer(response, got.length);
      });
      await new Promise<void>((resolve) => bot.listen(0, '127.0.0.1', resolve));
      telegram.webhookHabits({ retryMs: 5 });
    });
    afterEach(() => {
      bot.closeAllConnections();
      bot.close();
    });
    const setWebhook = (more: object = {}) =>
      call('setWebhook', {
        url: `http://127.0.0.1:${(bot.address() as AddressInfo).port}/hook`,
        secret_token: 'abc_-1',
        ...more,
      });

    it('delivers with the secret until a 2xx comes, one chat in order', async () => {
      telegram.say(1, 'before the webhook');
      answer = (response, count) => void response.writeHead(count === 1 ? 500 : 204).end();
      await setWebhook();
      telegram.say(1, 'b');
      await telegram.waitFor(() => telegram.pending.length === 0);
      expect(got.map(({ update }) => texts([update])[0])).to.deep.equal([
        'before the webhook',
        'before the webhook',
        'b',
      ]);
      expect(got[0]?.secret).to.equal('abc_-1');
      expect(telegram.deliveries.map(({ status }) => status)).to.deep.equal([500, 204, 204]);
    });

    it('refuses getUpdates meanwhile, and unsafe addresses', async () => {
      await setWebhook();
      expect(await call('getUpdates')).to.include({ error_code: 409 });
      expect(await call('getWebhookInfo')).to.have.nested.property('result.pending_update_count', 0);
      await call('deleteWebhook');
      expect(await call('getUpdates')).to.include({ ok: true });
      expect(await call('setWebhook', { url: 'http://bot.example.org/' })).to.include({
        description: 'Bad Request: bad webhook: An HTTPS URL must be provided for webhook',
      });
      expect(await setWebhook({ secret_token: 'a b' })).to.include({ error_code: 400 });
    });

    it('forgets what is pending only when told to', async () => {
      telegram.say(1, 'a');
      await call('deleteWebhook');
      expect(telegram.pending).to.have.length(1);
      await call('deleteWebhook', { drop_pending_updates: true });
      expect(telegram.pending).to.have.length(0);
    });

    it('doubles and reorders on demand', async () => {
      await setWebhook();
      telegram.webhookHabits({ double: 1 });
      telegram.say(1, 'a');
      await telegram.waitFor(() => got.length === 2);
      expect(got[0]?.update).to.deep.equal(got[1]?.update);
      await telegram.waitFor(() => telegram.pending.length === 0);
      telegram.webhookHabits({ reorder: 1 });
      telegram.say(1, 'b');
      telegram.say(1, 'c');
      await telegram.waitFor(() => got.length === 4);
      expect(got.slice(2).map(({ update }) => texts([update])[0])).to.deep.equal(['c', 'b']);
    });

    it('runs the method call that an answer carries', async () => {
      const reply = JSON.stringify({ method: 'sendMessage', chat_id: 1, text: 'hello' });
      answer = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(reply);
      await setWebhook();
      telegram.say(1, 'hi');
      const shown = await telegram.waitFor(() => telegram.answers(1)[0]);
      expect(shown.text).to.equal('hello');
    });
  });
});
