import { writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { get } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { Channel, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import { StartError } from '#lib/service/host.ts';
import { type FakeHouse, startFakeHouse } from '../fakes.ts';

const ASK_UNARY = 'otvet.conversation.v1.ConversationService/AskUnary';

describe('the chat page', () => {
  let house: FakeHouse;
  before(async () => {
    house = await startFakeHouse({ OTVET_CHAT_QUESTIONS_PER_MINUTE: '20' });
  });
  after(() => house.stop());

  const own = () => ({ origin: house.gateway.url });

  async function post(path: string, body: object, headers: Record<string, string>) {
    const response = await fetch(`${house.gateway.url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const json = JSON.parse(await response.text());
    return { status: response.status, body: json, cookie: response.headers.get('set-cookie') ?? '' };
  }

  /** Opens a visit as the page does; gives its cookie and realm. */
  async function visit(cookie = ''): Promise<{ cookie: string; realm: string; set: string }> {
    const opened = await post('session', {}, { ...own(), ...(cookie === '' ? {} : { cookie }) });
    expect(opened.status).to.equal(200);
    return { cookie: opened.cookie.split(';')[0] as string, realm: opened.body.realm, set: opened.cookie };
  }

  const question = { assistant: 'assistants/demo', question: 'Why?', sessionId: 's' };

  it('comes with its files under a strict policy, and asks to be checked again', async () => {
    const page = await fetch(house.gateway.url);
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).to.contain("default-src 'none'").and.contain('frame-ancestors');
    expect(page.headers.get('x-content-type-options')).to.equal('nosniff');
    expect(page.headers.get('x-robots-tag')).to.equal('noindex');
    expect(page.headers.get('set-cookie')).to.equal(null);
    expect(html).not.to.match(/<script(?![^>]* src=)|<style|\son\w+=|style=/);
    for (const [, path] of html.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
      expect((await fetch(`${house.gateway.url}${path}`)).status, path).to.equal(200);
    }
    const again = await fetch(house.gateway.url, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
    expect(again.status).to.equal(304);
    expect((await fetch(`${house.gateway.url}/chat/demo`)).status).to.equal(200);
    expect((await fetch(house.gateway.url, { method: 'POST' })).status).to.equal(405);
  });

  it('serves every module that its modules import', async () => {
    const seen = new Set(['main.js']);
    for (const name of seen) {
      const module = await fetch(`${house.gateway.url}/assets/${name}`);
      expect(module.status, name).to.equal(200);
      for (const [, next] of (await module.text()).matchAll(/from '\.\/([\w.]+)'/g)) seen.add(next as string);
    }
    expect(seen.size).to.be.greaterThan(4);
  });

  it('gives a cookie that only this server reads, and keeps the visitor through reloads and restarts', async () => {
    const first = await visit();
    expect(first.set).to.match(/^otvet_chat=[0-9a-z]{52}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
    expect(await visit(first.cookie)).to.deep.equal(first);
    await house.restart();
    expect((await visit(first.cookie)).realm).to.equal(first.realm);
    expect((await visit()).realm).not.to.equal(first.realm);
  });

  it('may ask, as its visitor', async () => {
    const { cookie, realm } = await visit();
    const asked = await post(ASK_UNARY, question, { ...own(), cookie });
    expect(asked.status).to.equal(200);
    expect(house.seen.at(-1)?.context.principal).to.deep.include({ channel: Channel.WEB, realm, scopes: [Scope.ASK] });
  });

  it('may do nothing else', async () => {
    const { cookie } = await visit();
    const calls = ['otvet.training.v1.ImportService/CreateImport', 'otvet.account.v1.ApiKeyService/ListApiKeys'];
    for (const path of [...calls, 'otvet.training.v1.DatasetService/ListDatasets']) {
      const refused = await post(path, {}, { ...own(), cookie });
      expect(refused.status, path).to.equal(403);
      expect(JSON.stringify(refused.body)).to.contain('SCOPE_MISSING');
    }
  });

  it('counts its cookie only from its own page', async () => {
    const { cookie } = await visit();
    const foreign: Record<string, string>[] = [
      {},
      { origin: 'http://localhost:3000' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of foreign) {
      const refused = await post(ASK_UNARY, question, { ...headers, cookie });
      expect(refused.status).to.equal(403);
      expect(JSON.stringify(refused.body)).to.contain('ORIGIN_NOT_ALLOWED');
    }
    for (const headers of foreign.slice(0, 2)) expect((await post('session', {}, headers)).status).to.equal(403);
  });

  it('is refused with a cookie of nobody', async () => {
    const refused = await post(ASK_UNARY, question, { ...own(), cookie: `otvet_chat=${'0'.repeat(52)}` });
    expect(refused.status).to.equal(401);
  });

  it('gets as many questions as it is allowed, then is told when to go on', async () => {
    const { cookie } = await visit();
    const answers = [];
    for (let i = 0; i < 7; i++) answers.push(await post(ASK_UNARY, question, { ...own(), cookie }));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200, 429, 429]);
    expect(JSON.stringify(answers[5]?.body)).to.contain('retryDelay');
    const other = await visit();
    expect((await post(ASK_UNARY, question, { ...own(), cookie: other.cookie })).status).to.equal(200);
  });

  it('tells in plain words that its port is in use', async () => {
    const taken = new URL(house.gateway.url).port;
    const other = await startFakeHouse();
    try {
      const error = await other.restart({ OTVET_PORT: taken }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(StartError);
      expect((error as Error).message)
        .to.contain(`OTVET_PORT: port ${taken} `)
        .and.contain('in use');
    } finally {
      await other.restart();
      await other.stop();
    }
  });

  it('is served with TLS, by HTTP/1.1 and HTTP/2, with a cookie of this host alone', async () => {
    const identity = await (await createAuthority('otvet.test', Date.now())).issue('gateway');
    const files = {
      OTVET_TLS_CERT_FILE: join(house.folder, 'cert.pem'),
      OTVET_TLS_KEY_FILE: join(house.folder, 'key.pem'),
    };
    await writeFile(files.OTVET_TLS_CERT_FILE, identity.certificate);
    await writeFile(files.OTVET_TLS_KEY_FILE, identity.key);
    const { url } = await house.restart(files);
    expect(url).to.match(/^https:/);
    const version = await new Promise((resolve, reject) =>
      get(url, { rejectUnauthorized: false }, (response) => resolve(response.resume().httpVersion)).on('error', reject),
    );
    expect(version).to.equal('1.1');
    const session = connectHttp2(url, { rejectUnauthorized: false });
    const stream = session.request({ ':method': 'POST', ':path': '/session', origin: url });
    stream.end('{}');
    const headers = new Promise<string>((resolve) =>
      stream.on('response', (given) => resolve(String(given['set-cookie']))),
    );
    expect(JSON.parse(await text(stream)).realm).to.match(/^web-/);
    expect(await headers).to.match(/^__Host-otvet_chat=.*; Secure$/);
    session.close();
    await house.restart({});
  });
});
