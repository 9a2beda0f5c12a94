import { expect } from 'chai';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { Turn_State } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { Random } from '../chaos/random.ts';
import { type Constellation, type Form, startConstellation } from '../constellation.ts';
import { temporaryFolder } from '../folders.ts';
import { taggedAnswer } from '../load.ts';
import { startProviderDouble } from '../provider-double.ts';
import { Partner } from '../public-api.ts';
import { startTelegramDouble } from '../telegram-double.ts';

const CHATS = [101, 102, 103, 104, 105, 106];
const QUESTIONS_PER_CHAT = 3;
const KILLS = 2;
const QUESTION = 'Can the deposit for a cargo bicycle be returned when I was late?';

for (const form of ['one process', 'five processes'] satisfies Form[]) {
  describe(`kill -9, with Otvet in ${form}`, () => {
    it('loses no question, answers none twice, and keeps the order of each chat', async function () {
      this.timeout(120_000);
      const seed = Number(process.env.OTVET_TEST_SEED ?? Date.now() % 100_000);
      process.stdout.write(`\n    kill.e2e ${form}: OTVET_TEST_SEED=${seed}\n`);
      const random = new Random(seed);
      await using folder = await temporaryFolder();
      await using telegram = await startTelegramDouble();
      await using provider = await startProviderDouble({ answer: taggedAnswer });
      provider.script(() => ({ firstTokenMs: 100 + random.next() * 200, tokenMs: 5 }));
      const env = {
        OTVET_TELEGRAM_TOKEN: telegram.token,
        OTVET_TELEGRAM_BURST: '0',
        OTVET_TELEGRAM_API_URL: telegram.url,
        OPENAI_BASE_URL: provider.url,
        OPENAI_API_KEY: 'sk-test',
        OPENAI_MODEL: 'test-model',
      };
      let otvet: Constellation = await startConstellation(form, folder.path, env);
      try {
        await taught(new Partner(otvet.url, otvet.apiKey));
        const wanted = new Map<number, string[]>(CHATS.map((chat) => [chat, []]));
        const tagsOf = (chat: number) =>
          telegram
            .answers(chat)
            .map(({ text }) => /answer to (q\d+): .* the money comes back/s.exec(text)?.[1] ?? text);
        let tag = 0;
        // A turn is begun twice at most, so that each round is killed once and answered before the next.
        for (let round = 0; round < QUESTIONS_PER_CHAT; round++) {
          for (const chat of CHATS) {
            tag += 1;
            wanted.get(chat)?.push(`q${tag}`);
            telegram.say(chat, `${QUESTION} q${tag}`);
          }
          if (round < KILLS) {
            await new Promise((resolve) => setTimeout(resolve, 50 + random.next() * 700));
            await otvet.kill();
            otvet = await startConstellation(form, folder.path, env);
          }
          const answered = (chat: number) => wanted.get(chat)?.every((one) => tagsOf(chat).includes(one));
          await telegram.waitFor(() => CHATS.every(answered) || undefined, 30_000);
        }
        const repeats = CHATS.reduce((sum, chat) => sum + tagsOf(chat).length - QUESTIONS_PER_CHAT, 0);
        // A kill between the send of a first frame and its record leaves that frame as it was: it counts among the repeats.
        const whole = (chat: number) => [...new Set(tagsOf(chat).filter((text) => /^q\d+$/.test(text)))];
        for (const chat of CHATS) expect(whole(chat), `chat ${chat}`).to.deep.equal(wanted.get(chat));
        expect(repeats).to.be.at.most(KILLS * CHATS.length);
        expect(telegram.violations).to.deep.equal([]);
        await eachTurnFinishedOnce(new Partner(otvet.url, otvet.apiKey));
      } finally {
        await otvet.stop();
      }
    });
  });
}

/** Every session of Telegram has as many turns as it was asked questions, all with their final record. */
async function eachTurnFinishedOnce(partner: Partner): Promise<void> {
  const service = partner.client(SessionService);
  const { sessions } = await service.listSessions({ parent: 'assistants/lastochka', pageSize: 500 });
  const inTelegram = sessions.filter(({ name }) => name.includes('/sessions/telegram-'));
  expect(inTelegram).to.have.length(CHATS.length);
  for (const { name } of inTelegram) {
    const { turns } = await service.listTurns({ parent: name });
    expect(turns.map(({ state }) => state)).to.deep.equal(Array(QUESTIONS_PER_CHAT).fill(Turn_State.FINISHED));
  }
}

async function taught(partner: Partner): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const answered = await partner.ask('lastochka', 'How much is a day pass?').catch(() => undefined);
    if (answered?.turn.release) return;
  }
  throw new Error('the example assistant was not released in time');
}
