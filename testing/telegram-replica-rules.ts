import { expect } from 'chai';
import { CHAT, eventually, gate, pause } from './telegram-bench.ts';
import { begun, finished, said, saying } from './telegram-peers.ts';
import type { TelegramReplicas } from './telegram-replicas.ts';

/** The rules that hold for several replicas of the telegram-adapter over one store. Call inside `describe`. */
export function telegramReplicaRules(replicas: TelegramReplicas): void {
  const { bench } = replicas;

  describe('one of them asks for updates', () => {
    it('and another takes over when it dies', async () => {
      bench.peers.script = saying('Yes.');
      const first = await replicas.polling();
      await eventually(async () => (await first.metric('otvet_telegram_polling')) === 1);
      const second = await replicas.polling();
      await pause(100);
      expect(await second.metric('otvet_telegram_polling')).to.equal(0);
      await first.kill();
      bench.telegram.say(CHAT, 'Anybody?');
      await bench.shows('Yes.');
      expect(await second.metric('otvet_telegram_polling')).to.equal(1);
      expect(await second.metric('otvet_telegram_takeovers_total')).to.be.at.least(1);
      expect(bench.telegram.calls('getUpdates').filter(({ status }) => status === 409)).to.deep.equal([]);
    });

    it('and gives that back at once when it stops', async () => {
      bench.peers.script = saying('Yes.');
      const first = await replicas.polling();
      await eventually(async () => (await first.metric('otvet_telegram_polling')) === 1);
      const second = await replicas.polling();
      await first.stop(1000);
      await eventually(async () => (await second.metric('otvet_telegram_polling')) === 1);
      expect(await second.metric('otvet_telegram_takeovers_total')).to.equal(0);
      bench.telegram.say(CHAT, 'Anybody?');
      await bench.shows('Yes.');
    });
  });

  it('whoever of them works, a person and an operator hear each other once, also when one dies', async () => {
    const group = -1_001_234_567_890;
    replicas.settings = { OTVET_TELEGRAM_OPERATORS: String(group) };
    bench.telegram.addChat(group);
    const first = await replicas.webhook();
    await replicas.webhook();
    bench.telegram.say(CHAT, '/human');
    const inTopic = () => bench.telegram.messages(group).filter(({ text }) => text !== '');
    await bench.telegram.waitFor(() => inTopic().length === 1);
    const threadId = bench.telegram.topics(group)[0]?.threadId ?? 0;
    const ann = { id: 501, first_name: 'Ann' };
    for (let word = 1; word <= 4; word++) {
      bench.telegram.say(CHAT, `person ${word}`);
      bench.telegram.say(group, `operator ${word}`, ann, { threadId });
    }
    const heard = (texts: readonly string[], who: string) => texts.filter((text) => text.startsWith(`${who} `));
    const byOperator = () => heard(bench.shown(), 'operator');
    const byPerson = () =>
      heard(
        inTopic().map(({ text }) => text),
        'person',
      );
    await bench.telegram.waitFor(() => byOperator().length >= 4 && byPerson().length >= 4);
    await pause(100);
    await first.kill();
    bench.telegram.say(CHAT, 'person 5');
    bench.telegram.say(group, 'operator 5', ann, { threadId });
    await bench.telegram.waitFor(() => byOperator().length >= 5 && byPerson().length >= 5);
    const all = (who: string) => [1, 2, 3, 4, 5].map((word) => `${who} ${word}`);
    expect(byOperator().toSorted()).to.deep.equal(all('operator'));
    expect(byPerson().toSorted()).to.deep.equal(all('person'));
    expect(bench.telegram.topics(group)).to.have.length(1);
    expect(bench.shown().filter((text) => text.startsWith('A person is with you'))).to.have.length(1);
  });

  describe('any of them takes a webhook', () => {
    it('and every question is answered once, in order, also when deliveries are doubled and reordered', async () => {
      bench.peers.script = async function* ({ question }) {
        yield begun();
        yield said(1, 're ');
        await pause(Math.random() * 15);
        yield said(2, question);
        yield finished({ answer: `re ${question}` });
      };
      await replicas.webhook();
      await replicas.webhook();
      bench.telegram.webhookHabits({ double: 20, reorder: 5 });
      for (let question = 1; question <= 6; question++) {
        for (let chat = 1; chat <= 8; chat++) bench.telegram.say(chat, `${question}`);
      }
      const shown = () => Array.from({ length: 8 }, (_, index) => bench.shown(index + 1));
      await bench.telegram.waitFor(() => shown().every((chat) => chat.filter((text) => / \d/.test(text)).length === 6));
      await pause(100);
      // Telegram delivers a chat's updates one after another: what was reordered had its turn already when the other came.
      for (const chat of shown()) {
        expect([...chat].sort()).to.deep.equal(['re 1', 're 2', 're 3', 're 4', 're 5', 're 6']);
      }
    });

    it('and questions of a chat wait for each other across them', async () => {
      const gates = new Map<string, ReturnType<typeof gate>>();
      bench.peers.script = async function* ({ question }) {
        yield begun();
        await gates.getOrInsertComputed(question, gate).opened;
        yield finished({ answer: `re ${question}` });
      };
      const first = await replicas.webhook();
      const second = await replicas.webhook();
      await replicas.route(first);
      bench.telegram.say(CHAT, 'one');
      await bench.telegram.waitFor(() => bench.peers.asked.length === 1);
      await replicas.route(second);
      bench.telegram.say(CHAT, 'two');
      await bench.telegram.waitFor(() => bench.telegram.pending.length === 0);
      await pause(60);
      expect(bench.peers.asked).to.have.lengthOf(1);
      gates.get('one')?.open();
      await bench.telegram.waitFor(() => gates.has('two'));
      gates.get('two')?.open();
      await bench.shows('re one', 're two');
    });
  });

  describe('/stop overtakes', () => {
    it('through another replica: what runs ends, what waits is dropped', async () => {
      const { opened, open } = gate();
      bench.peers.onStop = () => {
        open();
        return 1;
      };
      bench.peers.script = async function* () {
        yield begun();
        yield said(1, 'On and on');
        await opened;
        yield finished({ answer: 'On and on' });
      };
      const first = await replicas.webhook();
      const second = await replicas.webhook();
      await replicas.route(first);
      bench.telegram.say(CHAT, 'Tell me');
      await bench.shows('On and on');
      bench.telegram.say(CHAT, 'And more');
      await bench.telegram.waitFor(() => bench.telegram.pending.length === 0);
      await replicas.route(second);
      bench.telegram.say(CHAT, '/stop');
      await bench.shows('On and on', 'Stopped.');
      await pause(60);
      expect(bench.peers.asked).to.have.lengthOf(1);
    });
  });

  describe('when one dies', () => {
    it('another goes on with its chats, and edits what it had shown', async () => {
      bench.peers.script = async function* (_, signal) {
        yield begun();
        yield said(1, 'Half of');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      };
      const first = await replicas.webhook();
      const second = await replicas.webhook();
      await replicas.route(first);
      bench.telegram.say(CHAT, 'Well?');
      await bench.shows('Half of');
      await eventually(async () => first.connection.calls.filter((call) => call === 'inbox.update').length === 2);
      bench.peers.script = saying('Half of it all.');
      await first.kill();
      await bench.shows('Half of it all.');
      expect(await second.metric('otvet_telegram_repeated_sends_total')).to.equal(0);
    });

    it('after a send that it could not record, that send is repeated once, and counted', async () => {
      bench.peers.script = saying('Here.');
      const first = await replicas.webhook();
      const second = await replicas.webhook();
      await replicas.route(first);
      bench.telegram.failNext('sendMessage', { delayMs: 100, drop: 'after' });
      bench.telegram.say(CHAT, 'Where?');
      await bench.telegram.waitFor(() => bench.telegram.calls('sendMessage').length === 1);
      await first.kill();
      await bench.shows('Here.', 'Here.');
      await eventually(async () => (await second.metric('otvet_telegram_repeated_sends_total')) === 1);
    });

    it('on a signal, it hands over what it cannot finish', async () => {
      bench.peers.script = async function* (_, signal) {
        yield begun();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      };
      const first = await replicas.webhook();
      const second = await replicas.webhook();
      await replicas.route(first);
      bench.telegram.say(CHAT, 'Well?');
      await bench.telegram.waitFor(() => bench.peers.asked.length === 1);
      bench.peers.script = saying('There.');
      await first.stop(30);
      await bench.shows('There.');
      expect(await second.metric('otvet_telegram_takeovers_total')).to.equal(0);
    });
  });

  describe('when one sleeps and wakes up', () => {
    it('before it recorded its intent, it sends nothing more', async () => {
      bench.peers.script = saying('Once.');
      const first = await replicas.webhook();
      await replicas.webhook();
      await replicas.route(first);
      const { opened, open } = gate();
      bench.peers.script = async function* () {
        yield begun();
        await opened;
        yield finished({ answer: 'Once.' });
      };
      bench.telegram.say(CHAT, 'Well?');
      await bench.telegram.waitFor(() => bench.peers.asked.length === 1);
      first.connection.weather = 'frozen';
      open();
      await bench.shows('Once.');
      first.connection.weather = 'fine';
      await eventually(async () => (await first.metric('otvet_telegram_leases_lost_total')) >= 1);
      await pause(60);
      expect(bench.telegram.calls('sendMessage')).to.have.lengthOf(1);
    });

    it('after it recorded its intent, it sends nothing more either', async () => {
      const { opened, open } = gate();
      bench.peers.script = async function* () {
        yield begun();
        await opened;
        yield finished({ answer: 'Once.' });
      };
      const first = await replicas.webhook();
      const second = await replicas.webhook();
      await replicas.route(first);
      bench.telegram.say(CHAT, 'Well?');
      await bench.telegram.waitFor(() => bench.peers.asked.length === 1);
      first.connection.weather = 'silent';
      open();
      await bench.shows('Once.');
      first.connection.weather = 'fine';
      await eventually(async () => (await first.metric('otvet_telegram_leases_lost_total')) >= 1);
      await pause(60);
      expect(bench.telegram.calls('sendMessage')).to.have.lengthOf(1);
      expect(await second.metric('otvet_telegram_repeated_sends_total')).to.equal(1);
    });

    it('what it sent before is not sent again, if its result comes late', async () => {
      bench.peers.script = saying('Once.');
      const first = await replicas.webhook();
      const second = await replicas.webhook();
      await replicas.route(first);
      const { opened, open } = gate();
      bench.peers.script = async function* () {
        yield begun();
        await opened;
        yield finished({ answer: 'Once.' });
      };
      bench.telegram.say(CHAT, 'Well?');
      await bench.telegram.waitFor(() => bench.peers.asked.length === 1);
      bench.telegram.failNext('sendMessage', { delayMs: 150 });
      open();
      await bench.telegram.waitFor(() => bench.telegram.calls('sendMessage').length === 1);
      first.connection.weather = 'frozen';
      await eventually(async () => (await second.metric('otvet_telegram_takeovers_total')) >= 1);
      first.connection.weather = 'fine';
      await eventually(async () => (await second.metric('otvet_telegram_undelivered_updates')) === 0);
      expect(bench.shown()).to.deep.equal(['Once.']);
      expect(await second.metric('otvet_telegram_repeated_sends_total')).to.equal(0);
    });

    it('it serves again, beside the others', async () => {
      bench.peers.script = saying('Yes.');
      const first = await replicas.webhook();
      const second = await replicas.webhook();
      first.connection.weather = 'frozen';
      await pause(400);
      first.connection.weather = 'fine';
      await second.stop(500);
      await replicas.route(first);
      bench.telegram.say(CHAT, 'Back?');
      await bench.shows('Yes.');
    });
  });

  describe('clocks that differ and jump', () => {
    it('double nothing and lose nothing', async () => {
      const clockOff = (offset: { ms: number }) => ({ now: () => Date.now() + offset.ms });
      const offsets = [{ ms: 60_000 }, { ms: -60_000 }];
      bench.peers.script = async function* ({ question }) {
        yield begun();
        yield said(1, 're ');
        await pause(30);
        yield finished({ answer: `re ${question}` });
      };
      const all = await Promise.all(offsets.map((offset) => replicas.webhook(clockOff(offset))));
      for (let question = 1; question <= 4; question++) {
        for (let chat = 1; chat <= 5; chat++) bench.telegram.say(chat, `${question}`);
      }
      for (const offset of offsets) {
        await pause(60);
        offset.ms = -offset.ms;
      }
      const shown = () => Array.from({ length: 5 }, (_, index) => bench.shown(index + 1));
      const expected = ['re 1', 're 2', 're 3', 're 4'];
      await bench.telegram.waitFor(() => shown().every((chat) => chat.join() === expected.join()));
      for (const replica of all) {
        expect(await replica.metric('otvet_telegram_takeovers_total')).to.equal(0);
        expect(await replica.metric('otvet_telegram_repeated_sends_total')).to.equal(0);
      }
    });
  });

  describe('when the store is lost', () => {
    it('nothing is accepted and nothing accepted is lost; service resumes by itself', async () => {
      const { opened, open } = gate();
      bench.peers.script = async function* ({ question }) {
        yield begun();
        await opened;
        yield finished({ answer: `re ${question}` });
      };
      const both = [await replicas.webhook(), await replicas.webhook()];
      bench.telegram.webhookHabits({ retryMs: 20 });
      bench.telegram.say(CHAT, 'one');
      await bench.telegram.waitFor(() => bench.peers.asked.length === 1);
      for (const { connection } of both) connection.weather = 'cut';
      open();
      bench.telegram.say(9, 'two');
      await bench.telegram.waitFor(() => bench.telegram.deliveries.at(-1)?.status === 503);
      await eventually(async () => both.every(({ adapter }) => !adapter.ready()));
      await pause(300);
      expect(bench.shown()).to.deep.equal([]);
      for (const { connection } of both) connection.weather = 'fine';
      await bench.shows('re one');
      await bench.telegram.waitFor(() => bench.shown(9).join() === 're two');
      await eventually(async () => both.every(({ adapter }) => adapter.ready()));
    });
  });
}
