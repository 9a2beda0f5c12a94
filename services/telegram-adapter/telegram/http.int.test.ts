import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createAuthority } from '#lib/certificates/authority.ts';
import { freePort } from '#testing/ports.ts';
import { NotSentError } from './connection.ts';
import { createTelegramHttp, type TelegramHttp } from './http.ts';

describe('HTTP to Telegram', () => {
  let server: Server;
  let http: TelegramHttp;
  let connections: number;

  async function serve(listener: RequestListener, make: (listener: RequestListener) => Server = createServer) {
    connections = 0;
    server = make(listener);
    server.on('connection', () => {
      connections++;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return port;
  }
  const use = (url: string): string => {
    http = createTelegramHttp(url);
    return url;
  };
  const post = async (url: string, method: string, body: string, signal?: AbortSignal): Promise<string> => {
    const init = { method: 'POST', body, ...(signal === undefined ? {} : { signal }) };
    const response = await http.fetch(`${url}/bot1:x/${method}`, init);
    return `${response.status} ${await response.text()}`;
  };
  const failure = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => undefined,
      (error: unknown) => error,
    );

  afterEach(async () => {
    http.close();
    if (server?.listening) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  });

  const echo: RequestListener = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end(`${request.method} ${request.url} ${request.headers.host} ${body}`);
  };

  it('posts a form, and uses a connection again', async () => {
    const port = await serve(echo);
    const url = use(`http://127.0.0.1:${port}`);
    const expected = `200 POST /bot1:x/sendMessage 127.0.0.1:${port} text=%D0%B4%D0%B0`;
    for (let call = 0; call < 3; call++) expect(await post(url, 'sendMessage', 'text=%D0%B4%D0%B0')).to.equal(expected);
    expect(connections).to.equal(1);
    await Promise.all([1, 2, 3].map(() => post(url, 'sendMessage', 'a=b')));
    expect(connections).to.equal(3);
  });

  it('tells a request that never left from one whose answer was lost', async () => {
    const nobody = use(`http://127.0.0.1:${await freePort()}`);
    const refused = await failure(post(nobody, 'sendMessage', ''));
    expect(refused).to.be.instanceOf(NotSentError).with.property('message', 'ECONNREFUSED');
    http.close();
    const port = await serve((request) => request.socket.destroy());
    const cut = await failure(post(use(`http://127.0.0.1:${port}`), 'sendMessage', ''));
    expect(cut).to.be.instanceOf(Error).and.not.instanceOf(NotSentError);
    expect(cut).to.have.property('code', 'ECONNRESET');
  });

  it('ends a call when its signal aborts, and all calls when it is closed', async () => {
    const port = await serve(() => undefined);
    const url = use(`http://127.0.0.1:${port}`);
    const stopping = new AbortController();
    const polling = failure(post(url, 'getUpdates', '', stopping.signal));
    const sending = failure(post(url, 'sendMessage', ''));
    await once(server, 'request');
    stopping.abort(new Error('stop'));
    expect(await polling).to.have.property('message', 'stop');
    http.close();
    expect(await sending).to.be.instanceOf(Error);
  });

  it('does not trust a server whose certificate nobody vouches for', async () => {
    const { certificate: cert, key } = await (await createAuthority('otvet.test', Date.now())).issue(
      'telegram-adapter',
    );
    const port = await serve(echo, (listener) => createTlsServer({ cert, key }, listener));
    const error = await failure(post(use(`https://127.0.0.1:${port}`), 'sendMessage', 'token'));
    expect(error).to.be.instanceOf(NotSentError);
  });
});
