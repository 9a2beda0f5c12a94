import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { expect } from 'chai';
import { Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { ApiKeyService, type CreateApiKeyRequest } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { Bot_State } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { DatasetService } from '#gen/otvet/training/v1/dataset_service_pb.ts';
import { runForTest, startTestServer, type TestServer } from './server-for-test.ts';

const hotel = {
  name: 'assistants/hotel',
  displayName: 'Hotel',
  languages: ['ru', 'en'],
  activeRelease: 'assistants/hotel/releases/r1',
};

describe('the otvet command', () => {
  let server: TestServer;
  let createdKeys: CreateApiKeyRequest[];

  beforeEach(async () => {
    createdKeys = [];
    server = await startTestServer((router: ConnectRouter) => {
      router.service(AssistantService, {
        listAssistants: () => ({ assistants: [hotel] }),
        createAssistant: ({ assistantId, assistant }) => ({
          assistant: { name: `assistants/${assistantId}`, displayName: assistant?.displayName ?? '' },
        }),
      });
      router.service(DatasetService, {
        listDatasets: ({ pageToken }) =>
          pageToken === ''
            ? { datasets: [{ name: 'assistants/hotel/datasets/faq', exampleCount: 12 }], nextPageToken: 'more' }
            : { datasets: [{ name: 'assistants/hotel/datasets/rules', documentCount: 3 }] },
      });
      router.service(SessionService, {
        listSessions: () => ({ sessions: [{ name: 'assistants/hotel/sessions/key-1.anna', turnCount: 2 }] }),
        listTurns: ({ parent }) => ({
          turns: [
            { name: `${parent}/turns/t1`, question: 'When?\nNow?', answer: 'At eight.', outcome: Outcome.CURATED },
          ],
        }),
      });
      router.service(ApiKeyService, {
        createApiKey: (request) => {
          createdKeys.push(request);
          return { apiKey: { name: 'apiKeys/k1', displayName: request.displayName }, secret: 'otvet_secret' };
        },
        listApiKeys: () => ({
          apiKeys: [{ name: 'apiKeys/k1', displayName: 'shop', prefix: 'otvet_ab', scopes: [Scope.ASK] }],
        }),
        revokeApiKey: ({ name }) => ({ apiKey: { name } }),
      });
      router.service(BotService, {
        listBots: () => ({
          bots: [
            {
              name: 'bots/7',
              username: 'hotel_bot',
              assistant: 'assistants/hotel',
              state: Bot_State.LIVE,
              claimCode: 'c0de',
            },
            { name: 'bots/8', state: Bot_State.CONNECTING },
          ],
        }),
      });
    });
  });

  afterEach(() => server[Symbol.asyncDispose]());

  it('makes an assistant and says how to teach it', async () => {
    const { exit, out } = await server.run('create', 'shop', '--name', 'Our shop', '--language', 'en', 'ru');
    expect([exit, out]).to.deep.equal([0, 'shop is there. Teach it: otvet import FILE... --assistant shop\n']);
    const shown = await server.run('create', 'shop', '--name', 'Our shop', '--json');
    expect(JSON.parse(shown.out)).to.include({ name: 'assistants/shop', displayName: 'Our shop' });
    expect((await server.run('create', 'Our shop!')).exit).to.equal(2);
  });

  it('lists for scripts, a row to a line with tabs, over all pages', async () => {
    expect((await server.run('assistants')).out).to.equal('hotel\tHotel\tru, en\tr1\t\n');
    expect((await server.run('datasets')).out).to.equal('faq\t12\t0\t\nrules\t0\t3\t\n');
    expect((await server.run('sessions')).out).to.equal('key-1.anna\t2\t\t\n');
    expect((await server.run('turns', 'key-1.anna')).out).to.equal('\tcurated\tWhen? Now?\tAt eight.\n');
    expect((await server.run('keys', 'list')).out).to.equal('k1\tshop\totvet_ab…\task\tall\tnever\tvalid\n');
  });

  it('lists for people in columns with headings', async () => {
    const env = { OTVET_URL: server.url, OTVET_API_KEY: 'k' };
    const { out } = await runForTest(['datasets'], env, { isTTY: true });
    expect(out).to.match(/^DATASET {2}EXAMPLES {2}DOCUMENTS {2}CHANGED\nfaq {6}12 {8}0\nrules {4}0 {9}3\n$/);
  });

  it('lists as JSON', async () => {
    expect(JSON.parse((await server.run('assistants', '--json')).out)).to.deep.equal([hotel]);
    expect(JSON.parse((await server.run('turns', 'assistants/hotel/sessions/x', '--json')).out)[0]).to.include({
      name: 'assistants/hotel/sessions/x/turns/t1',
      outcome: 'OUTCOME_CURATED',
    });
  });

  it('makes a key, whose secret alone goes to standard output', async () => {
    const { out, err } = await server.run('keys', 'create', 'web shop', '--scope', 'ask', 'teach', '-a', 'hotel');
    expect(out).to.equal('otvet_secret\n');
    expect(err).to.match(/shown only now/);
    expect(createdKeys[0]).to.deep.include({
      displayName: 'web shop',
      scopes: [Scope.ASK, Scope.TEACH],
      assistants: ['assistants/hotel'],
    });
    expect(await server.run('keys', 'create', 'x', '--scope', 'everything')).to.include({ exit: 2 });
    expect((await server.run('keys', 'revoke', 'k1')).out).to.equal('Key k1 is revoked.\n');
  });

  it('tells the status', async () => {
    const { exit, out } = await server.run('status');
    expect(exit).to.equal(0);
    expect(out)
      .to.include(server.url)
      .and.to.include('hotel: Hotel, answers from release r1')
      .and.to.include('@hotel_bot → hotel, live')
      .and.to.include('has no owner in Telegram: send it /pair c0de')
      .and.to.match(/telegram +bot 8, connecting\n/);
    expect(JSON.parse((await server.run('status', '--json')).out)).to.include({
      url: server.url,
      key: 'OTVET_API_KEY',
    });
  });

  it('finds the key of the local server by itself, and sends it nowhere else', async () => {
    const root = await mkdtemp(join(tmpdir(), 'otvet-root-'));
    try {
      await mkdir(join(root, 'data'));
      await writeFile(join(root, 'data', 'api-key'), 'otvet_local\n');
      await runForTest(['assistants'], { OTVET_URL: server.url }, { root });
      expect(server.keys.at(-1)).to.equal('Bearer otvet_local');
      await runForTest(['assistants'], { OTVET_URL: server.url, OTVET_DATA_DIR: join(root, 'data') });
      expect(server.keys.at(-1)).to.equal('Bearer otvet_local');
      await runForTest(['assistants'], { OTVET_URL: server.url, OTVET_DATA_DIR: join(root, 'elsewhere') }, { root });
      expect(server.keys.at(-1)).to.equal(null);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it('sends no key in plain text to another machine', async () => {
    const { exit, err } = await runForTest(['status'], { OTVET_URL: 'http://otvet.example', OTVET_API_KEY: 'k' });
    expect(exit).to.equal(2);
    expect(err).to.match(/OTVET_URL: must begin with https/);
  });

  it('says how to start the server when none answers', async () => {
    const { exit, err } = await runForTest(['ask', 'x'], { OTVET_URL: 'http://127.0.0.1:1' });
    expect(exit).to.equal(3);
    expect(err).to.match(/^otvet: no server answers at http:\/\/127\.0\.0\.1:1\. Start it with: npm start .*\n$/);
  });

  it('explains itself: help on standard output, wrong usage with exit code 2', async () => {
    const help = await runForTest(['--help'], {});
    expect(help.exit).to.equal(0);
    expect(help.out)
      .to.match(/Examples:/)
      .and.to.match(/Exit codes:/)
      .and.to.match(/OTVET_API_KEY/);
    for (const argv of [
      ['bogus'],
      ['ask'],
      ['ask', '--bogus', 'x'],
      ['import'],
      ['turns', 'a b'],
      ['sessions', '-n', '0'],
      [],
    ]) {
      expect((await runForTest(argv, { OTVET_URL: server.url })).exit, argv.join(' ')).to.equal(2);
    }
  });

  it('runs as a process, with its exit code', async () => {
    const main = resolve(import.meta.dirname, 'main.mjs');
    const env = { ...process.env, OTVET_URL: server.url, OTVET_API_KEY: 'k' };
    const run = (...argv: string[]): Promise<number> =>
      new Promise((done) => {
        execFile(process.execPath, [main, ...argv], { env }, (error) => done(error ? Number(error.code) : 0));
      });
    expect(await run('assistants')).to.equal(0);
    expect(await run('ask', '--bogus')).to.equal(2);
  });

  it('keeps to one line when the server breaks down', async () => {
    await using broken = await startTestServer((router) => {
      router.service(AssistantService, {
        listAssistants: () => {
          throw new ConnectError('line one\nline two', Code.Internal);
        },
      });
    });
    const { exit, err } = await broken.run('assistants');
    expect(exit).to.equal(1);
    expect(err).to.equal('otvet: line one line two\n');
  });
});
