import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { newKey } from '#lib/sealing/keys.ts';
import { startConstellation } from '../constellation.ts';
import { temporaryFolder } from '../folders.ts';
import { providerErrors, startProviderDouble } from '../provider-double.ts';
import { Partner } from '../public-api.ts';
import { startTelegramDouble } from '../telegram-double.ts';
import { TelegramFront } from '../telegram-front.ts';

/** Words that occur nowhere but in what people, files and models of this test say. */
const SAID = {
  question: 'zanzibarquestion',
  file: 'quokkafile',
  answer: 'walrusanswer',
  rejected: 'narwhalrejected',
  telegram: 'pangolintelegram',
};
const MODEL_KEY = 'sk-ocelotsecretkey';
const ADDED_TOKEN = '7654321:AAE-tapirsecrettoken';

describe('logs, spans, metrics and errors', () => {
  it('hold nothing that people or files say, no token and no key, whatever fails', async function () {
    this.timeout(60_000);
    await using folder = await temporaryFolder();
    await using telegram = await startTelegramDouble();
    await using added = await startTelegramDouble({ token: ADDED_TOKEN, username: 'added_bot' });
    await using front = await TelegramFront.start(telegram, added);
    const secretKey = newKey();
    await using provider = await startProviderDouble();
    const otvet = await startConstellation('one process', folder.path, {
      OTVET_LOG_LEVEL: 'debug',
      OTVET_TRACES: 'console',
      OTVET_TELEGRAM_TOKEN: telegram.token,
      OTVET_TELEGRAM_API_URL: front.url,
      OTVET_SECRET_KEY: secretKey,
      OPENAI_BASE_URL: provider.url,
      OPENAI_API_KEY: MODEL_KEY,
      OPENAI_MODEL: 'test-model',
      OTVET_MODEL_RETRIES: '0',
    });
    const partner = new Partner(otvet.url, otvet.apiKey);
    let refusals = '';
    let metrics = '';
    try {
      await partner.teach(
        'lastochka',
        'secrets.csv',
        `question,answer\nWhere is the ${SAID.file} kept and who may see it?,In the ${SAID.answer} room.\n${SAID.rejected},\n`,
      );
      const asked = `Where is the ${SAID.file} ${SAID.question} kept by the people who may see it?`;
      const quoting = `Incorrect key ${MODEL_KEY} for: ${asked}`;
      for (const script of [
        {},
        { cutAfter: 1 },
        { error: { ...providerErrors.serverError, message: quoting } },
        { body: { status: 400, contentType: 'text/plain', text: quoting } },
        { malformedAfter: 1 },
      ]) {
        provider.script(script);
        await partner.ask('lastochka', asked).catch((error: unknown) => {
          refusals += String(error);
        });
      }
      telegram.failNext('sendMessage', { status: 400, description: `Bad Request: ${SAID.telegram}` });
      telegram.say(31, `${asked} ${SAID.telegram}`);
      await telegram.waitFor(() => telegram.answers(31).length > 0 || undefined, 15_000);
      const addBot = (assistant: string) => create(otvet.url, otvet.apiKey, { token: ADDED_TOKEN, assistant });
      refusals += await addBot('assistants/nobody');
      refusals += await addBot('assistants/lastochka');
      refusals += await addBot('assistants/lastochka');
      added.failNext('sendMessage', { status: 400, description: `Bad Request: ${SAID.telegram}` });
      added.say(32, `${asked} ${SAID.telegram}`);
      await added.waitFor(() => added.answers(32).length > 0 || undefined, 15_000);
      refusals += await post(
        otvet.url,
        otvet.apiKey,
        `{"assistant":"assistants/lastochka","question":7,"${SAID.question}":1}`,
      );
      refusals += await post(
        otvet.url,
        `otvet_${SAID.question}`,
        '{"assistant":"assistants/lastochka","question":"x"}',
      );
      refusals += await post(otvet.url, otvet.apiKey, `{"assistant":"assistants/nobody","question":"${asked}"}`);
      refusals += await post(otvet.url, otvet.apiKey, `{"question": "${asked}`);
      metrics = await otvet.metrics();
    } finally {
      await otvet.stop();
    }

    const output = otvet.output();
    expect(metrics).to.contain('otvet_turns_total');
    expect(output, 'spans').to.contain('traceId');
    expect(output, 'debug lines and failures').to.match(/"level":"(warn|error)"/);
    for (const [what, secret] of Object.entries({
      ...SAID,
      modelKey: MODEL_KEY,
      token: telegram.token,
      addedToken: ADDED_TOKEN,
      apiKey: otvet.apiKey,
      secretKey,
    })) {
      expect(occurrences(output + metrics, secret), `${what} in logs, spans and metrics`).to.deep.equal([]);
    }
    for (const [what, secret] of Object.entries({
      answer: SAID.answer,
      modelKey: MODEL_KEY,
      token: telegram.token,
      addedToken: ADDED_TOKEN,
      apiKey: otvet.apiKey,
    })) {
      expect(occurrences(refusals, secret), `${what} in errors`).to.deep.equal([]);
    }
    expect(await filesWith(folder.path, MODEL_KEY), 'files with the key of the model').to.deep.equal([]);
    expect(await filesWith(folder.path, telegram.token), 'files with the token').to.deep.equal([]);
    expect(await filesWith(folder.path, ADDED_TOKEN), 'files with the token of an added bot').to.deep.equal([]);
    expect(await filesWith(folder.path, 'tapirsecret'), 'files with a part of it').to.deep.equal([]);
    expect(await filesWith(folder.path, secretKey), 'files with the key that seals').to.deep.equal([]);
  });
});

/** What stands around each place where a secret is found. */
function occurrences(text: string, secret: string): string[] {
  return [...text.matchAll(new RegExp(RegExp.escape(secret), 'gi'))].map(({ index }) =>
    text.slice(Math.max(0, index - 120), index + 80),
  );
}

/** Adds a bot, or tries to; gives what the server says. */
async function create(url: string, key: string, bot: object): Promise<string> {
  const response = await fetch(`${url}/otvet.telegram.v1.BotService/CreateBot`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(bot),
  });
  return response.text();
}

async function post(url: string, key: string, body: string): Promise<string> {
  const response = await fetch(`${url}/otvet.conversation.v1.ConversationService/AskUnary`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body,
  });
  expect(response.status).to.be.within(400, 499);
  return response.text();
}

async function filesWith(folder: string, secret: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(files.map(async (file) => ((await readFile(file)).includes(secret) ? [file] : [])));
  return found.flat();
}
