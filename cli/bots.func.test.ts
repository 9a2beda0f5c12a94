import { PassThrough } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { expect } from 'chai';
import { Bot_State } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { parseKeys } from '#lib/sealing/key-text.ts';
import { readSecret } from './secret-input.ts';
import { runForTest, startTestServer, type TestServer } from './server-for-test.ts';

const TOKEN = '7:AAE-token-of-a-test';
const hotel = { name: 'bots/7', username: 'hotel_bot', assistant: 'assistants/hotel', state: Bot_State.LIVE };

describe('otvet bots', () => {
  let server: TestServer;
  let added: object[];
  let updated: (string | undefined)[];
  let removed: string[];

  beforeEach(async () => {
    [added, updated, removed] = [[], [], []];
    server = await startTestServer((router) => {
      router.service(BotService, {
        listBots: () => ({
          bots: [
            hotel,
            { name: 'bots/8', managedByEnvironment: true, state: Bot_State.FAILING, problem: 'No\u001b[2J net.' },
          ],
        }),
        createBot: ({ token, assistant }) => {
          added.push({ token, assistant });
          return { bot: { ...hotel, assistant } };
        },
        updateBot: ({ bot, updateMask }) => {
          updated.push(bot?.name, bot?.assistant, updateMask?.paths.join());
          return { ...(bot ? { bot } : {}) };
        },
        deleteBot: ({ name }) => {
          removed.push(name);
          return {};
        },
      });
    });
  });
  afterEach(() => server[Symbol.asyncDispose]());

  const run = (input: string, ...argv: string[]) =>
    runForTest(argv, { OTVET_URL: server.url, OTVET_API_KEY: 'otvet_test' }, { input });

  it('lists all, also without a word after it', async () => {
    const { out } = await server.run('bots');
    expect(out).to.equal((await server.run('bots', 'list')).out);
    expect(out.split('\n')[0]).to.equal('7\t@hotel_bot\thotel\tlive\t\t');
    expect(out)
      .to.match(/8\t\t\tfailing\tenvironment\tNo.* net\./)
      .and.not.contain('\u001b');
    expect(JSON.parse((await server.run('bots', 'list', '--json')).out)[0]).to.include({ username: 'hotel_bot' });
  });

  it('adds one whose token comes on standard input, and shows nothing of it', async () => {
    const { exit, out, err } = await run(`${TOKEN}\n`, 'bots', 'add', '--assistant', 'hotel');
    expect([exit, out, err]).to.deep.equal([0, '@hotel_bot answers as hotel.\n', '']);
    expect(added).to.deep.equal([{ token: TOKEN, assistant: 'assistants/hotel' }]);
    expect((await run('', 'bots', 'add', '--assistant', 'hotel')).exit).to.equal(2);
  });

  it('takes no token from the arguments', async () => {
    expect((await run('', 'bots', 'add', TOKEN, '--assistant', 'hotel')).exit).to.equal(2);
    expect(added).to.deep.equal([]);
  });

  it('changes who answers, and removes, by name or number', async () => {
    expect((await server.run('bots', 'set', '@Hotel_bot', '-a', 'shop')).out).to.equal('@Hotel_bot answers as shop.\n');
    expect(updated).to.deep.equal(['bots/7', 'assistants/shop', 'assistant']);
    expect((await server.run('bots', 'remove', '7')).exit).to.equal(0);
    expect(removed).to.deep.equal(['bots/7']);
    expect(await server.run('bots', 'remove', '@nobody')).to.include({ exit: 1, out: '' });
  });

  it('has a new key made, another one each time', async () => {
    const [one, two] = [await server.run('secret-key'), await server.run('secret-key')];
    expect(parseKeys(one.out)).to.have.lengthOf(1);
    expect(one.out).not.to.equal(two.out);
  });

  it('reads a secret typed on a terminal without showing it, corrections too', async () => {
    const shown: string[] = [];
    const raw: boolean[] = [];
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
    const err = { isTTY: true, columns: 80, colour: false, write: (text: string) => void shown.push(text) };
    input.write('7:ax\u007fb\r');
    expect(await readSecret(input as unknown as ReadStream, err, 'Token: ')).to.equal('7:ab');
    expect([shown.join(''), raw]).to.deep.equal(['Token: \n', [true, false]]);
  });
});
