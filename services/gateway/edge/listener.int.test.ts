import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Request, type Response, sendText } from './answers.ts';
import { type Listener, listen } from './listener.ts';

describe('the one port', () => {
  let listener: Listener;
  let url: string;

  beforeEach(async () => {
    const answer = async (request: Request, response: Response) => {
      const hash = createHash('sha256');
      for await (const chunk of request) hash.update(chunk);
      sendText(response, 200, `${request.httpVersion} ${hash.digest('hex')}`);
    };
    listener = await listen({
      host: '127.0.0.1',
      port: 0,
      answer: (request, response) => void answer(request, response),
    });
    url = `http://127.0.0.1:${listener.port}`;
  });
  afterEach(() => listener.stop(0));

  const body = 'x'.repeat(1_000_000);
  const sha256 = createHash('sha256').update(body).digest('hex');

  async function overHttp2(session: ClientHttp2Session): Promise<string> {
    const stream = session.request({ ':method': 'POST', ':path': '/' });
    stream.end(body);
    return text(stream);
  }

  it('speaks HTTP/1.1 and HTTP/2', async () => {
    const answer = await fetch(url, { method: 'POST', body });
    expect(await answer.text()).to.equal(`1.1 ${sha256}\n`);
    const session = connectHttp2(url);
    expect(await overHttp2(session)).to.equal(`2.0 ${sha256}\n`);
    session.close();
  });

  it('tells them apart when the bytes come one by one', async () => {
    const socket = await open(listener.port);
    for (const byte of 'PUT / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n') {
      socket.write(byte);
      await sleep(1);
    }
    expect(await text(socket)).to.contain('HTTP/1.1 200 OK');

    const slow = await open(listener.port);
    slow.write('P');
    await sleep(10);
    slow.write('R');
    await sleep(10);
    slow.write('I * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0');
    const [settings] = await once(slow, 'data');
    expect((settings as Buffer)[3], 'a SETTINGS frame').to.equal(4);
    slow.destroy();
  });

  it('survives garbage', async () => {
    for (const bytes of [
      '\x16\x03\x01\x02\0',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage garbage garbage',
      '\0\0\0\0\r\n\r\n',
    ]) {
      const socket = await open(listener.port);
      socket.on('error', () => socket.destroy());
      socket.resume().end(bytes, 'latin1');
      await once(socket, 'close');
    }
    expect((await fetch(url)).status).to.equal(200);
  });

  it('refuses huge headers', async () => {
    const answer = await fetch(url, { headers: { 'x-long': 'x'.repeat(20_000) } });
    expect(answer.status).to.equal(431);
  });

  it('stops at once when nobody is served, and cuts the others after their time', async () => {
    const idle = await open(listener.port);
    const session = connectHttp2(url);
    await overHttp2(session);
    const open2 = await open(listener.port);
    open2.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n');
    open2.on('error', () => open2.destroy());
    await sleep(20);
    const begun = Date.now();
    await listener.stop(150);
    expect(Date.now() - begun).to.be.within(100, 600);
    idle.destroy();
  });

  it('says which port is taken', async () => {
    const again = listen({ host: '127.0.0.1', port: listener.port, answer: () => undefined });
    const code = await again.then(
      () => 'opened',
      (error: NodeJS.ErrnoException) => error.code,
    );
    expect(code).to.equal('EADDRINUSE');
  });
});

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}
