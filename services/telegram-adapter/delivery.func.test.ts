import { expect } from 'chai';
import { CHAT, eventually, gate, pause, TelegramBench } from '#testing/telegram-bench.ts';
import { begun, finished, said, saying } from '#testing/telegram-peers.ts';

describe('delivery to Telegram', () => {
  const bench = TelegramBench.inSuite();

  describe('order', () => {
    it('answers the questions of a chat one after another, other chats meanwhile', async () => {
      const gates = new Map<string, ReturnType<typeof gate>>();
      bench.peers.script = async function* ({ question }) {
        yield begun();
        const { opened } = gates.getOrInsertComputed(question, gate);
        await opened;
        yield finished({ answer: `re ${question}` });
      };
      await bench.start();
      bench.telegram.say(CHAT, 'one');
      bench.telegram.say(CHAT, 'two');
      bench.telegram.say(9, 'other');
      await bench.telegram.waitFor(() => bench.peers.asked.length === 2);
      await pause(30);
      expect(bench.peers.asked.map(({ request }) => request.question)).to.have.members(['one', 'other']);
      gates.get('other')?.open();
      await bench.telegram.waitFor(() => bench.shown(9)[0] === 're other');
      gates.get('one')?.open();
      await bench.telegram.waitFor(() => bench.peers.asked.length === 3 && bench.shown()[0] === 're one');
      await bench.telegram.waitFor(() => gates.has('two'));
      gates.get('two')?.open();
      await bench.shows('re one', 're two');
    });

    it('takes an update that comes twice once', async () => {
      bench.peers.script = saying('Once.');
      await bench.start();
      const update = { message: { message_id: 900, date: Math.floor(Date.now() / 1000), text: 'again?' } };
      const chat = { id: CHAT, type: 'private', first_name: 'Ann' };
      const from = { id: CHAT, is_bot: false, first_name: 'Ann' };
      bench.telegram.addChat(CHAT);
      bench.telegram.addUpdate({ ...update, message: { ...update.message, chat, from } });
      await bench.shows('Once.');
      await bench.stop(1000);
      await bench.start();
      await pause(50);
      expect(bench.shown()).to.deep.equal(['Once.']);
      expect(bench.peers.asked).to.have.lengthOf(1);
    });
  });

  describe('delivery', () => {
    it('sends again once when the result of a send was lost, and counts it', async () => {
      bench.peers.script = saying('Here.');
      bench.telegram.failNext('sendMessage', { drop: 'after' });
      await bench.start();
      bench.telegram.say(CHAT, 'Where?');
      await bench.shows('Here.', 'Here.');
      expect(await bench.metric('otvet_telegram_repeated_sends_total')).to.equal(1);
    });

    it('does not count a send that was certainly not done', async () => {
      bench.peers.script = saying('Here.');
      bench.telegram.failNext('sendMessage', { status: 500, description: 'Internal Server Error' });
      await bench.start();
      bench.telegram.say(CHAT, 'Where?');
      await bench.shows('Here.');
      expect(await bench.metric('otvet_telegram_repeated_sends_total')).to.equal(0);
    });

    it('goes on after a restart between two parts', async () => {
      const answer = Array.from({ length: 1200 }, (_, index) => `word${index}`).join(' ');
      bench.peers.script = saying(answer);
      await bench.start();
      bench.telegram.failNext('sendMessage', {}, { status: 500, description: 'Internal Server Error', times: 100 });
      bench.telegram.say(CHAT, 'All of it');
      await bench.telegram.waitFor(() => bench.telegram.calls('sendMessage')[1]?.status === 500);
      await pause(50);
      await bench.stop(0);
      bench.telegram.clearFaults();
      await bench.start();
      await bench.telegram.waitFor(() => bench.shown().join(' ') === answer);
      expect(bench.shown()).to.have.lengthOf(3);
      expect(await bench.metric('otvet_telegram_repeated_sends_total')).to.equal(0);
      expect(new Set(bench.peers.asked.map(({ request }) => request.requestId)).size).to.equal(1);
    });

    it('sends again after it was killed between a send and its record, and counts it', async () => {
      bench.peers.script = saying('Here.');
      bench.telegram.failNext('sendMessage', { delayMs: 200, drop: 'after' });
      await bench.start();
      bench.telegram.say(CHAT, 'Where?');
      await bench.telegram.waitFor(() => bench.telegram.calls('sendMessage').length === 1);
      await bench.stop(0);
      await bench.start();
      await bench.telegram.waitFor(() => bench.shown().length >= 1 && bench.telegram.calls('sendMessage').length === 2);
      await eventually(async () => (await bench.metric('otvet_telegram_repeated_sends_total')) === 1);
    });

    it('edits what a killed process showed', async () => {
      bench.peers.script = async function* (_, signal) {
        yield begun();
        yield said(1, 'Half of');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Well?');
      await bench.shows('Half of');
      await pause(50);
      await bench.stop(0);
      bench.peers.script = saying('Half of it all.');
      await bench.start();
      await bench.shows('Half of it all.');
    });

    it('obeys retry_after, skips frames, and the final text lands', async () => {
      bench.telegram.setFloodLimits({ perChat: 1, perGroupMinute: 20, overall: 30, burst: 1 });
      bench.peers.script = async function* () {
        yield begun();
        for (let sequence = 1; sequence <= 8; sequence++) {
          yield said(sequence, `w${sequence} `);
          await pause(60);
        }
        yield finished({ answer: 'w1 w2 w3 w4 w5 w6 w7 w8' });
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Count');
      await bench.shows('w1 w2 w3 w4 w5 w6 w7 w8');
      const refused = bench.telegram.calls('editMessageText').filter(({ status }) => status === 429);
      expect(refused.length).to.be.within(1, 2);
      expect(await bench.metric('otvet_telegram_floods_total')).to.equal(refused.length);
    });

    it('falls back to plain text when Telegram cannot read the markup', async () => {
      bench.peers.script = saying('**bold**');
      bench.telegram.failNext('sendMessage', { status: 400, description: "Bad Request: can't parse entities: oh" });
      await bench.start();
      bench.telegram.say(CHAT, 'Loud?');
      await bench.shows('bold');
      expect(bench.telegram.answers(CHAT)[0]?.parseMode).to.equal(undefined);
    });

    it('sends a new message when the one to edit is gone', async () => {
      const { opened, open } = gate();
      bench.peers.script = async function* () {
        yield begun();
        yield said(1, 'Draft');
        await opened;
        yield finished({ answer: 'Final' });
      };
      await bench.start();
      bench.telegram.say(CHAT, 'Well?');
      await bench.shows('Draft');
      bench.telegram.failNext('editMessageText', {
        status: 400,
        description: 'Bad Request: message to edit not found',
      });
      open();
      await bench.shows('Draft', 'Final');
    });

    it('does not insist where the person blocked the bot', async () => {
      bench.peers.script = saying('Hello?');
      await bench.start();
      bench.telegram.addChat(CHAT);
      bench.telegram.block(CHAT);
      bench.telegram.say(CHAT, 'Bye');
      await bench.telegram.waitFor(() => bench.telegram.calls('sendMessage').some(({ status }) => status === 403));
      await eventually(async () => (await bench.metric('otvet_telegram_undelivered_age_seconds')) === 0);
      await bench.stop(0);
      await bench.start();
      await pause(50);
      expect(bench.telegram.calls('sendMessage')).to.have.lengthOf(1);
    });
  });
});
