import { expect } from 'chai';
import { Api, longPoll } from 'node-telegram-bot-api';
import { callApi } from './telegram/client.ts';
import { startTelegramDouble, TELEGRAM_LIMITS, type TelegramDouble } from './telegram-double.ts';

describe('the Telegram double', () => {
  let telegram: TelegramDouble;
  const call = (method: string, parameters: object = {}) => callApi(telegram, method, parameters);
  /** Sends a text and gives the message's id. */
  const send = async (chat_id: number, text: string, more: object = {}): Promise<number> => {
    const { result, description } = await call('sendMessage', { chat_id, text, ...more });
    expect(description).to.equal(undefined);
    return (result as { message_id: number }).message_id;
  };

  beforeEach(async () => {
    telegram = await startTelegramDouble();
    telegram.addChat(1);
  });
  afterEach(() => telegram.close());

  describe('requests', () => {
    it('answers in the envelope of the Bot API, whatever the letter case of the method', async () => {
      expect(await call('getME')).to.deep.include({ ok: true });
      expect(await call('getMe')).to.have.nested.property('result.username', telegram.bot.username);
    });

    it('refuses a bad token, an unknown method and a malformed body', async () => {
      expect(await callApi({ url: telegram.url, token: '1:bad' }, 'getMe')).to.deep.equal({
        ok: false,
        error_code: 401,
        description: 'Unauthorized',
      });
      expect(await call('sendTelepathy')).to.include({ error_code: 404, description: 'Not Found: method not found' });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${telegram.url}/bot${telegram.token}/getMe`, {
        method: 'POST',
        headers,
        body: '{',
      });
      expect(response.status).to.equal(400);
    });

    it('takes urlencoded and multipart forms, with nested values as JSON', async () => {
      const address = `${telegram.url}/bot${telegram.token}/`;
      const markup = JSON.stringify({ inline_keyboard: [[{ text: 'Да', callback_data: 'yes' }]] });
      const form = new URLSearchParams({ chat_id: '1', text: 'раз', reply_markup: markup });
      expect((await fetch(`${address}sendMessage`, { method: 'POST', body: form })).status).to.equal(200);
      const multipart = new FormData();
      multipart.set('chat_id', '1');
      multipart.set('caption', '<b>отчёт</b>');
      multipart.set('parse_mode', 'HTML');
      multipart.set('document', new Blob(['1;2\r\n--3']), 'отчёт.csv');
      expect((await fetch(`${address}sendDocument`, { method: 'POST', body: multipart })).status).to.equal(200);
      const [first, second] = telegram.answers(1);
      expect(telegram.calls('sendMessage')[0]?.parameters).to.include({ chat_id: 1 });
      expect(first?.buttons[0]?.[0]?.callback_data).to.equal('yes');
      expect(second).to.include({ text: 'отчёт' });
      expect(second?.document?.name).to.equal('отчёт.csv');
      expect(second?.document?.content.toString()).to.equal('1;2\r\n--3');
    });

    it('collects what breaks the specification and answers it with 400', async () => {
      expect(await call('sendMessage', { chat_id: 1, txt: 'x' })).to.include({ error_code: 400 });
      expect(await call('sendMessage', { chat_id: 1 })).to.include({
        description: 'Bad Request: message text is empty',
      });
      expect(await call('sendMessage', { chat_id: 1, text: 5 })).to.include({ error_code: 400 });
      const badButton = { inline_keyboard: [[{ text: 'a', callback: 'b' }]] };
      expect(await call('sendMessage', { chat_id: 1, text: 'x', reply_markup: badButton })).to.include({
        error_code: 400,
      });
      expect(telegram.violations.map(({ fault }) => fault)).to.deep.equal([
        'unknown parameter "txt"',
        'message text is empty',
        'text must be a String',
        'reply_markup.inline_keyboard[0][0] has an unknown field "callback" for InlineKeyboardButton',
      ]);
    });

    it('records every call with its status', async () => {
      await call('sendMessage', { chat_id: 1, text: 'x' });
      await call('sendMessage', { chat_id: 2, text: 'x' });
      expect(telegram.calls('sendMessage').map(({ status, fault }) => [status, fault])).to.deep.equal([
        [200, undefined],
        [400, 'Bad Request: chat not found'],
      ]);
    });
  });

  describe('messages', () => {
    it('shows a message as the person reads it, and its history', async () => {
      const messageId = await send(1, 'Думаю…');
      await call('editMessageText', { chat_id: 1, message_id: messageId, text: '<b>5 дней</b>\n', parse_mode: 'HTML' });
      expect(telegram.answers(1)[0]).to.deep.include({ messageId, text: '5 дней', given: '<b>5 дней</b>\n', edits: 1 });
      expect(telegram.history(1, messageId).map(({ text }) => text)).to.deep.equal(['Думаю…', '5 дней']);
    });

    it('counts the 4096 UTF-16 units after entities', async () => {
      expect(await call('sendMessage', { chat_id: 1, text: 'я'.repeat(4097) })).to.include({
        error_code: 400,
        description: 'Bad Request: message is too long',
      });
      await send(1, `<b>${'я'.repeat(4096)}</b>`, { parse_mode: 'HTML' });
      expect(await call('sendMessage', { chat_id: 1, text: '😀'.repeat(2049) })).to.include({ ok: false });
      expect(await call('sendMessage', { chat_id: 1, text: ' \n ' })).to.include({
        description: 'Bad Request: text must be non-empty',
      });
    });

    it('refuses half a surrogate pair, and cuts and drops what Telegram does', async () => {
      expect(await call('sendMessage', { chat_id: 1, text: '😀'.slice(0, 1) })).to.include({
        description: 'Bad Request: strings must be encoded in UTF-8',
      });
      await send(1, '\n <b> a</b>\r\n\u202eb\u2067c ', { parse_mode: 'HTML' });
      expect(telegram.answers(1)[0]).to.deep.include({
        text: '  a\nb\u2067c',
        entities: [{ type: 'bold', offset: 1, length: 2 }],
      });
    });

    it('counts the messages of each supergroup by themselves', async () => {
      telegram.addChat(-1_000_000_000_001);
      telegram.addChat(-1_000_000_000_002);
      expect(await send(-1_000_000_000_001, 'a')).to.equal(await send(-1_000_000_000_002, 'a'));
      expect(await send(1, 'a')).to.be.lessThan(await send(1, 'a'));
    });

    it('is as strict with markup and entities as Telegram', async () => {
      expect(await call('sendMessage', { chat_id: 1, text: '<p>x</p>', parse_mode: 'HTML' })).to.include({
        description: 'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 0',
      });
      const entities = [{ type: 'bold', offset: 3, length: 5 }];
      expect(await call('sendMessage', { chat_id: 1, text: 'abc', entities })).to.include({ error_code: 400 });
      expect(await call('sendMessage', { chat_id: 1, text: 'abc', parse_mode: 'BBCode' })).to.include({
        description: 'Bad Request: unsupported parse_mode',
      });
    });

    it('refuses edits that change nothing, of nothing, or of what others wrote', async () => {
      const message_id = await send(1, 'a');
      const edit = async (parameters: object) =>
        (await call('editMessageText', { chat_id: 1, ...parameters })).description;
      expect(await edit({ message_id, text: 'a' })).to.match(/^Bad Request: message is not modified: specified new/);
      expect(await edit({ message_id: 99, text: 'b' })).to.equal('Bad Request: message to edit not found');
      expect(await edit({ message_id: telegram.say(1, 'hi'), text: 'b' })).to.equal(
        "Bad Request: message can't be edited",
      );
      expect(await edit({ message_id, text: 'b'.repeat(4097) })).to.equal('Bad Request: MESSAGE_TOO_LONG');
      await call('deleteMessage', { chat_id: 1, message_id });
      expect(await edit({ message_id, text: 'b' })).to.equal('Bad Request: message to edit not found');
      expect(telegram.answers(1)).to.deep.equal([]);
    });

    it('knows people who block the bot, and buttons that are too long', async () => {
      telegram.block(1);
      expect(await call('sendMessage', { chat_id: 1, text: 'x' })).to.include({
        error_code: 403,
        description: 'Forbidden: bot was blocked by the user',
      });
      telegram.block(1, false);
      const reply_markup = { inline_keyboard: [[{ text: 'a', callback_data: 'я'.repeat(33) }]] };
      expect(await call('sendMessage', { chat_id: 1, text: 'x', reply_markup })).to.include({
        description: 'Bad Request: BUTTON_DATA_INVALID',
      });
    });

    it('limits what is sent when told to, edits included', async () => {
      telegram.setFloodLimits({ ...TELEGRAM_LIMITS, burst: 1 });
      const message_id = await send(1, 'a');
      const limited = await call('editMessageText', { chat_id: 1, message_id, text: 'b' });
      expect(limited).to.deep.equal({
        ok: false,
        error_code: 429,
        description: 'Too Many Requests: retry after 1',
        parameters: { retry_after: 1 },
      });
      telegram.addChat(2);
      await send(2, 'another chat is free');
    });

    it('keeps drafts, actions, reactions and answers to buttons', async () => {
      const asked = telegram.say(1, 'вопрос');
      await call('sendChatAction', { chat_id: 1, action: 'typing' });
      await call('sendMessageDraft', { chat_id: 1, draft_id: 7, text: 'Отв' });
      await call('setMessageReaction', { chat_id: 1, message_id: asked, reaction: [{ type: 'emoji', emoji: '👍' }] });
      expect(telegram.actions(1)[0]?.action).to.equal('typing');
      expect(telegram.drafts(1)[0]).to.include({ draftId: 7, text: 'Отв' });
      expect(telegram.messages(1)[0]?.reactions).to.deep.equal(['👍']);
      telegram.refuseDrafts(1);
      expect(await call('sendMessageDraft', { chat_id: 1, draft_id: 7, text: 'x' })).to.include({
        description: 'Bad Request: TEXTDRAFT_PEER_INVALID',
      });
      const keyboard = { inline_keyboard: [[{ text: 'Да', callback_data: 'yes' }]] };
      const id = telegram.press(1, await send(1, '?', { reply_markup: keyboard }), 'yes');
      await call('answerCallbackQuery', { callback_query_id: id, text: 'Готово' });
      expect(telegram.callbackAnswer(id)).to.include({ text: 'Готово' });
      expect(await call('answerCallbackQuery', { callback_query_id: 'x' })).to.include({ error_code: 400 });
    });

    it('keeps command lists by language and checks them', async () => {
      const commands = [{ command: 'help', description: 'Что я умею' }];
      await call('setMyCommands', { commands, language_code: 'ru' });
      expect(await call('getMyCommands', { language_code: 'ru' })).to.deep.include({ result: commands });
      expect(telegram.commands('ru')).to.deep.equal(commands);
      expect(await call('getMyCommands')).to.deep.include({ result: [] });
      expect(await call('setMyCommands', { commands: [{ command: 'Help!', description: 'x' }] })).to.include({
        description: 'Bad Request: BOT_COMMAND_INVALID',
      });
    });

    it('notes when each question was first and last answered', async () => {
      const asked = telegram.say(1, 'вопрос');
      const message_id = await send(1, 'Отве', { reply_parameters: { message_id: asked } });
      await call('editMessageText', { chat_id: 1, message_id, text: 'Ответ' });
      const [timing] = telegram.questions(1);
      expect(timing).to.deep.include({ messageId: asked, answers: [message_id] });
      expect(timing?.firstTextAt).to.be.within(timing?.saidAt ?? Number.NaN, timing?.finalTextAt ?? Number.NaN);
    });
  });

  describe('faults', () => {
    it('answers the next calls of a method as told, in order', async () => {
      telegram.failNext(
        'sendMessage',
        { status: 502 },
        { status: 429, retry_after: 3 },
        { body: '<html>', status: 500 },
      );
      expect(await call('sendMessage', { chat_id: 1, text: 'a' })).to.include({ error_code: 502 });
      expect(await call('sendMessage', { chat_id: 1, text: 'a' })).to.have.nested.property('parameters.retry_after', 3);
      const failure = await call('sendMessage', { chat_id: 1, text: 'a' }).catch((error: Error) => error.name);
      expect(failure).to.equal('SyntaxError');
      expect(await call('sendMessage', { chat_id: 1, text: 'a' })).to.include({ ok: true });
      expect(telegram.answers(1)).to.have.length(1);
    });

    it('cuts the connection before or after the effect', async () => {
      telegram.failNext('sendMessage', { drop: 'before' }, { drop: 'after' });
      for (const _ of [1, 2]) {
        const outcome = await call('sendMessage', { chat_id: 1, text: 'a' }).catch(() => 'lost');
        expect(outcome).to.equal('lost');
      }
      expect(telegram.answers(1)).to.have.length(1);
      expect(telegram.calls('sendMessage').map(({ status }) => status)).to.deep.equal([-1, -1]);
    });
  });

  it('serves the client that Otvet uses', async () => {
    const api = new Api(telegram.token, { apiRoot: telegram.url });
    telegram.say(1, 'вопрос');
    const stop = new AbortController();
    for await (const update of longPoll(api, { timeout: 1 }, stop.signal)) {
      const reply_markup = { inline_keyboard: [[{ text: 'Ещё', callback_data: 'more' }]] };
      const chat_id = 'message' in update ? update.message.chat.id : 0;
      await api.sendMessage({ chat_id, text: '<b>ответ</b>', parse_mode: 'HTML', reply_markup });
      break;
    }
    expect(telegram.answers(1)[0]).to.include({ text: 'ответ' });
    const refused = await api.sendMessage({ chat_id: 404, text: 'x' }).catch((error: unknown) => String(error));
    expect(refused).to.contain('chat not found');
    expect(telegram.violations).to.deep.equal([]);
  });

  it('answers any other method of the specification with a value of its type', async () => {
    expect(await call('getChat', { chat_id: 1 })).to.have.nested.property('result.id');
    expect(await call('sendDice', { chat_id: 1 })).to.have.nested.property('result.message_id');
    expect(await call('getFile')).to.include({ error_code: 400 });
    expect(telegram.calls('sendDice')).to.have.length(1);
  });
});
