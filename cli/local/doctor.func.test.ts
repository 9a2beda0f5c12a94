import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { createAuthority } from '#lib/certificates/authority.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { type TemporaryFolder, temporaryFolder } from '#testing/folders.ts';
import { freePort } from '#testing/ports.ts';
import { startProviderDouble } from '#testing/provider-double.ts';
import { startTelegramDouble } from '#testing/telegram-double.ts';
import { type Ran, runForTest } from '../server-for-test.ts';
import { doctorCommand } from './doctor.ts';

const DAY_MS = 86_400_000;

/** A server of this machine that answers as it is told. */
async function serving(listener: RequestListener): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

describe('otvet doctor', () => {
  let folder: TemporaryFolder;
  let data: string;
  let free: Record<string, string>;
  beforeEach(async () => {
    folder = await temporaryFolder();
    data = folder.file('data');
    free = { OTVET_PORT: String(await freePort()), OTVET_ADMIN_ADDRESS: `127.0.0.1:${await freePort()}` };
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const doctor = (env: Record<string, string>, ...argv: string[]): Promise<Ran> =>
    runForTest(['doctor', ...argv], { OTVET_DATA_DIR: data, ...free, ...env });
  /** The lines about a subject, such as `broken: takes no token`. */
  const told = ({ out }: Ran, subject: string): string[] =>
    out.split('\n').flatMap((line) => {
      const found = /^(ok|warning|broken) +(.*?): (.*)$/.exec(line);
      return found?.[2] === subject ? [`${found[1]}: ${found[3]}`] : [];
    });

  it('finds nothing wrong before the first start, and makes nothing', async () => {
    const ran = await doctor({});
    expect(ran).to.include({ exit: 0, err: '' });
    expect(ran.out).to.match(/Nothing is wrong\.\n$/);
    expect(told(ran, 'data folder')).to.deep.equal([`ok: ${data} is not there yet; the first start makes it`]);
    expect((await doctor({})).out).to.equal(ran.out);
  });

  it('finds a model and a bot that are right, and tells JSON to scripts', async () => {
    await using telegram = await startTelegramDouble({ username: 'hotel_bot' });
    await using provider = await startProviderDouble({ apiKey: 'sk-right' });
    const env = {
      OTVET_TELEGRAM_TOKEN: telegram.token,
      OTVET_TELEGRAM_API_URL: telegram.url,
      OPENAI_BASE_URL: provider.url,
      OPENAI_API_KEY: 'sk-right',
      OPENAI_MODEL: 'test-model',
    };
    const { exit, out } = await doctor(env, '--json');
    const { findings, broken, warnings } = JSON.parse(out);
    expect([exit, broken, warnings]).to.deep.equal([0, 0, 0]);
    const says = (subject: string): string => findings.find((one: { subject: string }) => one.subject === subject).says;
    expect(says('model')).to.match(/answers, takes the key and has test-model/);
    expect(says('Telegram')).to.equal('takes the token: @hotel_bot');
    expect(says('clock')).to.match(/agrees with 127\.0\.0\.1/);
  });

  it('says what is wrong with the model, and shows no key', async () => {
    await using provider = await startProviderDouble({ apiKey: 'sk-right', models: ['small', 'large'] });
    const env = { OPENAI_BASE_URL: provider.url, OPENAI_API_KEY: 'sk-right', OPENAI_MODEL: 'huge' };
    const unknown = await doctor(env);
    expect(unknown.exit).to.equal(1);
    expect(told(unknown, 'model')[0]).to.match(
      /^broken: .* does not list huge; it has small, large\. Set OPENAI_MODEL/,
    );
    const wrong = await doctor({ ...env, OPENAI_API_KEY: 'sk-wrong' });
    expect(told(wrong, 'model')[0]).to.match(/^broken: .* refuses the key \(401\)\. Check OPENAI_API_KEY/);
    expect(wrong.out).not.to.include('sk-wrong');
    const away = await doctor({ ...env, OPENAI_BASE_URL: `http://127.0.0.1:${await freePort()}/v1` });
    expect(told(away, 'model')[0]).to.match(/cannot be reached \(ECONNREFUSED\)/);
  });

  it('says what is wrong with the bot, and shows no token', async () => {
    await using telegram = await startTelegramDouble();
    const env = { OTVET_TELEGRAM_TOKEN: telegram.token, OTVET_TELEGRAM_API_URL: telegram.url };
    const token = '1234567:wrong-token-of-a-bot';
    const refused = await doctor({ ...env, OTVET_TELEGRAM_TOKEN: token });
    expect(refused.exit).to.equal(1);
    expect(told(refused, 'Telegram')[0]).to.match(/^broken: refuses the token \(40[14]\)/);
    expect(refused.out).not.to.include(token);
    for (let i = 0; i < 101; i++) telegram.say(7, `question ${i}`);
    expect(told(await doctor(env), 'Telegram')[1]).to.match(/^warning: 101 updates wait to be fetched/);
    const webhook = { OTVET_TELEGRAM_WEBHOOK_URL: 'https://bot.example.org', OTVET_TELEGRAM_WEBHOOK_SECRET: 'x' };
    const address = { OTVET_TELEGRAM_WEBHOOK_ADDRESS: `127.0.0.1:${await freePort()}` };
    expect(told(await doctor({ ...env, ...webhook, ...address }), 'Telegram')[2]).to.match(/a start sets it/);
  });

  it('tells the last error of a webhook', async () => {
    await using api = await serving((request, response) => {
      const me = { username: 'hotel_bot' };
      const last_error_date = Math.floor(Date.now() / 1000) - 60;
      const info = { url: 'https://x', last_error_date, last_error_message: 'Wrong response: 502' };
      response.end(JSON.stringify({ ok: true, result: request.url?.endsWith('/getMe') ? me : info }));
    });
    const env = {
      OTVET_TELEGRAM_TOKEN: '1234567:any-token-of-a-bot',
      OTVET_TELEGRAM_API_URL: `http://127.0.0.1:${api.port}`,
    };
    const ran = await doctor(env);
    expect(told(ran, 'Telegram')[1]).to.match(/^warning: has a webhook set for this bot/);
    expect(told(ran, 'Telegram')[2]).to.match(/^broken: could not deliver to the webhook \(Wrong response: 502\)/);
  });

  it('tells every fault of the configuration, and looks at the rest', async () => {
    const ran = await doctor({ OTVET_PORT: '80x', OTVET_HOST: '0.0.0.0', OTVET_SESSION_QUEUE: '0' });
    expect(ran.exit).to.equal(1);
    expect(told(ran, 'configuration').map((line) => line.split(': ')[1])).to.have.members([
      'OTVET_PORT',
      'OTVET_HOST',
      'OTVET_SESSION_QUEUE',
    ]);
    expect(told(ran, 'ports')).to.deep.equal(['warning: was not looked at: put the configuration right first']);
    expect(told(ran, 'data folder')[0]).to.match(/^ok/);
  });

  it('tells a data folder that cannot be, or that others may open', async () => {
    await writeFile(folder.file('file'), '');
    expect(told(await doctor({ OTVET_DATA_DIR: folder.file('file', 'x') }), 'data folder')[0]).to.match(
      /^broken: .* cannot be made \(ENOTDIR\)/,
    );
    if (process.platform === 'linux') {
      const below = await doctor({ OTVET_DATA_DIR: '/proc/otvet/data' });
      expect(told(below, 'data folder')[0]).to.match(/^broken: .* cannot be made \(ENOENT\)/);
    }
    await mkdir(data, { mode: 0o755 });
    expect(told(await doctor({}), 'data folder')[1]).to.match(/^warning: other users of this machine may open .*chmod/);
  });

  it('tells stores that are whole, held, damaged, newer, or not ours', async function () {
    this.timeout(20_000);
    const options = { clock: Date, log: { warn: () => undefined } };
    const open = (service: string) => openSqliteStore({ ...options, file: join(data, `${service}.sqlite`) });
    await (await open('training'))[Symbol.asyncDispose]();
    await using _held = await open('conversation');
    await writeFile(join(data, 'gateway.sqlite'), 'this was a database once '.repeat(100));
    const ran = await doctor({});
    expect(ran.exit).to.equal(1);
    expect(told(ran, 'store training')[0]).to.match(/^ok: .* opens and is whole/);
    expect(told(ran, 'store conversation')[0]).to.match(
      /^warning: .* is held by a process that answers at no admin port/,
    );
    expect(told(ran, 'store gateway')[0]).to.match(/^broken: .* is damaged \(file is not a database\)/);
  });

  it('tells ports that others hold, and a running Otvet by what it says', async () => {
    await using other = await serving((_request, response) => response.end('something else'));
    const port = String(other.port);
    const held = await doctor({ OTVET_PORT: port });
    expect(told(held, `port ${port}`)[0]).to.match(/^broken: .* held by another program\. .* OTVET_PORT/);
    await using admin = await serving((_request, response) => {
      const services = { llm: true, training: false, gateway: true };
      response.writeHead(503).end(JSON.stringify({ ready: false, services }));
    });
    const running = await doctor({ OTVET_PORT: port, OTVET_ADMIN_ADDRESS: `127.0.0.1:${admin.port}` });
    expect(told(running, `port ${port}`)[0]).to.match(/^ok: .* held by Otvet/);
    expect(told(running, 'Otvet')).to.deep.equal(['broken: runs, and is not ready: training. Its log says why']);
  });

  it('tells certificates that do not fit, have ended, or are for others', async () => {
    const issue = async (name: string, now: number) => {
      const { certificate, key } = await (await createAuthority('otvet.local', now)).issue('gateway');
      await writeFile(folder.file(`${name}.crt`), certificate);
      await writeFile(folder.file(`${name}.key`), key);
    };
    await issue('new', Date.now());
    await issue('old', Date.now() - 5_000 * DAY_MS);
    const look = async (cert: string, key: string, more: Record<string, string> = {}) => {
      const files = { OTVET_TLS_CERT_FILE: folder.file(cert), OTVET_TLS_KEY_FILE: folder.file(key) };
      return told(await doctor({ ...files, ...more }), 'certificate of OTVET_PORT');
    };
    expect(await look('new.crt', 'new.key')).to.have.length(1);
    expect((await look('new.crt', 'new.key'))[0]).to.match(/^ok: is valid until 20/);
    expect((await look('old.crt', 'old.key'))[0]).to.match(/^broken: ended on 20/);
    expect((await look('new.crt', 'old.key'))[0]).to.match(/is not the key of OTVET_TLS_CERT_FILE/);
    expect((await look('none.crt', 'new.key'))[0]).to.match(/none\.crt cannot be read \(ENOENT\)/);
    expect((await look('new.key', 'new.key'))[0]).to.match(/is not what it should be in PEM/);
    const elsewhere = { OTVET_PUBLIC_URL: 'https://ask.example.org,https://localhost:8443' };
    expect((await look('new.crt', 'new.key', elsewhere))[1]).to.match(/^warning: is not for ask\.example\.org/);
  });

  it('tells by which name a process of one service goes, and until when', async () => {
    const authority = await createAuthority('otvet.local', Date.now());
    const { certificate, key } = await authority.issue('training');
    const files = { cert: certificate, key, ca: authority.certificate };
    for (const [name, pem] of Object.entries(files)) await writeFile(folder.file(name), pem);
    const env = {
      OTVET_MTLS_CERT_FILE: folder.file('cert'),
      OTVET_MTLS_KEY_FILE: folder.file('key'),
      OTVET_MTLS_CA_FILE: folder.file('ca'),
      OTVET_TRUST_DOMAIN: 'otvet.local',
      OTVET_NAMESPACE: 'otvet',
    };
    const look = async (more: Record<string, string> = {}) =>
      told(await doctor({ ...env, ...more }), 'certificate of the service')[0];
    expect(await look()).to.match(/^ok: spiffe:\/\/otvet\.local\/ns\/otvet\/sa\/training is valid until 20/);
    expect(await look({ OTVET_TRUST_DOMAIN: 'example.org' })).to.match(
      /^broken: names spiffe:.*training, and not spiffe/,
    );
    expect(await look({ OTVET_MTLS_KEY_FILE: folder.file('none') })).to.match(/^broken: .* cannot be read \(ENOENT\)/);
  });

  it('tells a clock that is off', async () => {
    await using provider = await serving((_request, response) => {
      response.setHeader('date', new Date(Date.now() + 120_000).toUTCString());
      response.end(JSON.stringify({ data: [{ id: 'm' }] }));
    });
    const ran = await doctor({ OPENAI_BASE_URL: `http://127.0.0.1:${provider.port}`, OPENAI_MODEL: 'm' });
    expect(ran.exit).to.equal(0);
    expect(told(ran, 'clock')[0]).to.match(/^warning: this machine is 1(19|20) s behind 127\.0\.0\.1/);
  });

  it('tells a NATS that is away, without its password', async () => {
    const ran = await doctor({ OTVET_NATS_URL: `nats://otvet:hush-hush@127.0.0.1:${await freePort()}` });
    expect(ran.exit).to.equal(1);
    expect(told(ran, 'NATS')[0]).to.match(/^broken: 127\.0\.0\.1:\d+ cannot be reached/);
    expect(ran.out).not.to.include('hush');
  });

  it('tells a MongoDB that is away, or an address that is none, without its password', async () => {
    const away = await doctor({ OTVET_MONGODB_URL: `mongodb://otvet:hush-hush@127.0.0.1:${await freePort()}` });
    expect(away.exit).to.equal(1);
    expect(told(away, 'MongoDB')[0]).to.match(/^broken: 127\.0\.0\.1:\d+ .*\. Check OTVET_MONGODB_URL/);
    const wrong = await doctor({ OTVET_MONGODB_URL: 'mongodb://otvet:hush@hush@host/a.b' });
    expect(told(wrong, 'MongoDB')[0]).to.match(/^broken: OTVET_MONGODB_URL must have the form/);
    expect(away.out + wrong.out).not.to.include('hush');
  });

  it('waits for nobody longer than its limit', async () => {
    await using silent = await serving(() => undefined);
    const written: string[] = [];
    const output = { isTTY: false, columns: 80, colour: false, write: (text: string) => void written.push(text) };
    const env = {
      ...free,
      OTVET_DATA_DIR: data,
      OPENAI_BASE_URL: `http://127.0.0.1:${silent.port}`,
      OPENAI_MODEL: 'm',
    };
    const local = {
      env,
      root: data,
      terminal: { out: output, err: output },
      interrupted: new AbortController().signal,
    };
    expect(await doctorCommand(local, {}, 300)).to.equal(1);
    expect(written.join('')).to.match(/^broken +model: gives no answer in 0\.3 s/m);
  });
});
