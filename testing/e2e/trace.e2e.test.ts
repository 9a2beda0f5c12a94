import { expect } from 'chai';
import { startConstellation } from '../constellation.ts';
import { temporaryFolder } from '../folders.ts';
import { startProviderDouble } from '../provider-double.ts';
import { Partner } from '../public-api.ts';
import { startTelegramDouble } from '../telegram-double.ts';

interface Span {
  readonly span: string;
  readonly traceId: string;
}

const QUESTION = 'Can the deposit for a cargo bicycle be returned when I was late?';

describe('one trace', () => {
  it('spans a question from its update, or from the edge, to the model, over all services on the way', async function () {
    this.timeout(60_000);
    await using folder = await temporaryFolder();
    await using telegram = await startTelegramDouble();
    await using provider = await startProviderDouble();
    const otvet = await startConstellation('five processes', folder.path, {
      OTVET_TRACES: 'console',
      OTVET_LOG_LEVEL: 'silent',
      OTVET_TELEGRAM_TOKEN: telegram.token,
      OTVET_TELEGRAM_API_URL: telegram.url,
      OPENAI_BASE_URL: provider.url,
      OPENAI_API_KEY: 'sk-test',
      OPENAI_MODEL: 'test-model',
    });
    try {
      const partner = new Partner(otvet.url, otvet.apiKey);
      const asked = async () => (await partner.ask('lastochka', QUESTION)).turn.release !== '';
      for (let tries = 0; tries < 100 && !(await asked()); tries++)
        await new Promise((resolve) => setTimeout(resolve, 100));
      telegram.say(41, QUESTION);
      await telegram.waitFor(() => telegram.answers(41).length > 0 || undefined, 15_000);
    } finally {
      await otvet.stop();
    }
    const spans = otvet
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{"span"'))
      .map((line) => JSON.parse(line) as Span);
    const traces = [...Map.groupBy(spans, ({ traceId }) => traceId).values()].map((trace) =>
      trace.map(({ span }) => span),
    );
    const inside = [
      'otvet.conversation.v1.ConversationService/Ask',
      'turn',
      'otvet.llm.v1.ModelService/Generate',
      'chat test-model',
    ];
    const whole = traces.filter((trace) => inside.every((name) => trace.includes(name)));
    expect(
      whole.some((trace) => trace.includes('telegram.update')),
      'from Telegram',
    ).to.equal(true);
    expect(
      whole.some((trace) => !trace.includes('telegram.update')),
      'from the edge',
    ).to.equal(true);
  });
});
