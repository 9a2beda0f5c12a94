import { expect } from 'chai';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { type Constellation, type Form, startConstellation } from '../constellation.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { type ProviderDouble, startProviderDouble } from '../provider-double.ts';
import { Partner } from '../public-api.ts';
import { startTelegramDouble, type TelegramDouble } from '../telegram-double.ts';

const FORMS: readonly Form[] = ['inside', 'five processes'];

for (const form of FORMS) {
  describe(`a question, with Otvet ${form === 'inside' ? 'in one process' : 'in five processes'}`, () => {
    let folder: TemporaryFolder;
    let telegram: TelegramDouble;
    let provider: ProviderDouble;
    let otvet: Constellation;
    let partner: Partner;

    const start = async (): Promise<void> => {
      otvet = await startConstellation(form, folder.path, {
        OTVET_TELEGRAM_TOKEN: telegram.token,
        OTVET_TELEGRAM_API_URL: telegram.url,
        OPENAI_BASE_URL: provider.url,
        OPENAI_API_KEY: 'sk-test',
        OPENAI_MODEL: 'test-model',
      });
      partner = new Partner(otvet.url, otvet.apiKey);
    };

    before(async function () {
      this.timeout(60_000);
      folder = await temporaryFolder();
      telegram = await startTelegramDouble();
      provider = await startProviderDouble();
      await start();
      await released(partner);
    });

    after(async () => {
      await otvet?.stop();
      await telegram?.close();
      await provider?.close();
      await folder?.[Symbol.asyncDispose]();
    });

    it('is answered in Telegram, in Russian and in English, from the example material', async () => {
      telegram.say(71, 'Сколько стоит поездка?', { language_code: 'ru' });
      telegram.say(72, 'How much is a day pass?', { language_code: 'en' });
      const [russian] = await telegram.waitFor(() => atLeast(telegram.answers(71), 1), 10_000);
      const [english] = await telegram.waitFor(() => atLeast(telegram.answers(72), 1), 10_000);
      expect(russian?.text).to.match(/[а-я]{3}/i);
      expect(english?.text).to.match(/\d/);
      expect(telegram.violations).to.deep.equal([]);
    });

    it('is answered through the API by Connect, by gRPC and by plain JSON', async () => {
      const asked = [new Partner(otvet.url, otvet.apiKey), new Partner(otvet.url, otvet.apiKey, 'grpc')];
      for (const one of asked) {
        const { text, turn } = await one.ask('lastochka', 'How much is a day pass?');
        expect(turn.outcome).to.be.oneOf([Outcome.CURATED, Outcome.ANSWERED]);
        expect(text).to.equal(turn.answer);
        expect(turn.citations.length).to.be.greaterThan(0);
      }
      const response = await fetch(`${otvet.url}/otvet.conversation.v1.ConversationService/AskUnary`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${otvet.apiKey}` },
        body: JSON.stringify({ assistant: 'assistants/lastochka', question: 'Сколько стоит поездка?' }),
      });
      const { turn } = (await response.json()) as { turn: { answer: string; language: string } };
      expect([response.status, turn.language]).to.deep.equal([200, 'ru']);
      expect(turn.answer).to.match(/[а-я]{3}/i);
    });

    it('outside the material is honestly refused', async () => {
      const { turn } = await partner.ask('lastochka', 'Who was the first emperor of Rome and when did he die?');
      expect(turn.outcome).to.equal(Outcome.REFUSED);
    });

    it('is answered from what was just taught, rows that were rejected being told', async () => {
      const taught = await partner.teach(
        'lastochka',
        'gifts.csv',
        'question,answer\nDo you sell gift cards with a ribbon?,"Yes, at every desk."\nWhat is missing here?,\n',
      );
      expect([taught.state, taught.acceptedCount, taught.rejectedCount]).to.deep.equal([Import_State.RELEASED, 1, 1]);
      expect(taught.rejectedRows[0]?.row).to.equal(2);
      let answer = '';
      for (let i = 0; i < 40 && !answer.includes('every desk'); i++)
        answer = (await partner.ask('lastochka', 'Do you sell gift cards with a ribbon?')).text;
      expect(answer).to.equal('Yes, at every desk.');
    });

    it('and its answer survive a restart', async function () {
      this.timeout(30_000);
      const before = await partner.ask('lastochka', 'How much is a day pass?', { sessionId: 'kept', requestId: 'r1' });
      await otvet.stop();
      await start();
      const after = await partner.ask('lastochka', 'How much is a day pass?', { sessionId: 'kept', requestId: 'r1' });
      expect(after.turn.name).to.equal(before.turn.name);
      expect(after.text).to.equal(before.text);
    });
  });
}

/** Resolves when the example assistant has a release. */
async function released(partner: Partner): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const { turn } = await partner.ask('lastochka', 'How much is a day pass?').catch(() => ({ turn: undefined }));
    if (turn?.release) return;
  }
  throw new Error('the example assistant was not released in time');
}

function atLeast<T>(items: readonly T[], count: number): readonly T[] | undefined {
  return items.length >= count ? items : undefined;
}
