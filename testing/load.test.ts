import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DoublesProcess, startDoublesProcess } from './doubles-process.ts';
import { driveLoad } from './load.ts';
import { callApi } from './telegram/client.ts';
import { startTelegramDouble, type TelegramDouble } from './telegram-double.ts';

describe('load through the doubles', () => {
  it('tells what a careless bot lost, doubled and sent out of order', async () => {
    await using telegram = await startTelegramDouble();
    const stop = new AbortController();
    const bot = carelessBot(telegram, stop.signal);
    const report = await driveLoad(telegram, { questionsPerSecond: 100, chats: 2, seconds: 0.1, patienceMs: 300 });
    stop.abort();
    await bot;
    expect(report).to.include({ asked: 10, answered: 9, lost: 1, doubled: 1, outOfOrder: 1 });
    expect(report.firstText.p50).to.be.within(0, report.finalText.max);
  });

  describe('in a process of their own', () => {
    let doubles: DoublesProcess;
    let bot: ChildProcess;
    before(async () => {
      doubles = await startDoublesProcess({ answers: 'load' });
      bot = fork(join(import.meta.dirname, '../bench/leastbot.mjs'), {
        env: {
          ...process.env,
          OTVET_TELEGRAM_API_URL: doubles.telegramUrl,
          OTVET_TELEGRAM_TOKEN: doubles.token,
          OTVET_TELEGRAM_BURST: '0',
          OPENAI_BASE_URL: doubles.providerUrl,
        },
      });
    });
    after(async () => {
      bot.disconnect();
      await doubles.close();
    });

    it('measures the least bot, which answers each question once, load after load', async () => {
      for (const seconds of [0.3, 0.2]) {
        // The least bot keeps no order: on a busy machine it answers as its model does.
        const report = await doubles.load({ questionsPerSecond: 50, chats: 5, seconds });
        expect(report).to.include({ asked: seconds * 50, lost: 0, doubled: 0 });
      }
      bot.send('cpu');
      const [cpuMs] = await once(bot, 'message');
      expect(cpuMs).to.be.greaterThan(0);
      expect(await doubles.cpuMs()).to.be.greaterThan(0);
      expect(await doubles.counts()).to.include({ finished: 25, active: 0 });
    });

    it('lets the parent speak for people', async () => {
      await doubles.telegram('say', 7, 'hello');
      await doubles.telegram('failNext', 'sendMessage', { status: 500 });
      expect((await doubles.telegram('messages', 7))[0]).to.include({ text: 'hello', by: 'person' });
    });
  });
});

/** Answers by the question's number: 2 not at all, 3 twice, 6 only after 8. */
async function carelessBot(telegram: TelegramDouble, signal: AbortSignal): Promise<void> {
  const send = (chat_id: number, text: string) => callApi(telegram, 'sendMessage', { chat_id, text });
  const held: (() => Promise<unknown>)[] = [];
  for (let offset = 0; !signal.aborted; ) {
    const { result } = await callApi(telegram, 'getUpdates', { offset, timeout: 1 }, signal).catch(() => ({
      result: [],
    }));
    for (const { update_id, message } of result as {
      update_id: number;
      message: { text: string; chat: { id: number } };
    }[]) {
      offset = update_id + 1;
      const number = Number(/q(\d+)$/.exec(message.text)?.[1]);
      const answer = () => send(message.chat.id, `Answer to q${number}`);
      if (number === 6) held.push(answer);
      else if (number !== 2) await answer();
      if (number === 3) await answer();
      if (number === 8) await Promise.all(held.map((late) => late()));
    }
  }
}
