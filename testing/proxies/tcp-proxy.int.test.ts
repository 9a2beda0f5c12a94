import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { freePort } from '../ports.ts';
import { until } from '../waiting.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** A server that says back what it hears, with its name before it. */
async function echo(name: string): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => socket.write(`${name}:${bytes}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

interface Client {
  readonly socket: Socket;
  readonly heard: () => string;
  readonly isGone: () => boolean;
}

async function client(port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  let gone = false;
  socket.on('data', (bytes) => {
    heard += bytes;
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    gone = true;
  });
  await once(socket, 'connect');
  return { socket, heard: () => heard, isGone: () => gone };
}

describe('the proxy between a client and a server', () => {
  let target: Awaited<ReturnType<typeof echo>>;
  let proxy: TcpProxy;

  beforeEach(async () => {
    target = await echo('a');
    proxy = await TcpProxy.start({ targets: [target.port] });
  });

  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    target.server.close();
  });

  it('passes everything on, and cuts', async () => {
    const { socket, heard, isGone } = await client(proxy.port);
    socket.write('one');
    await until(() => heard() === 'a:one');
    proxy.cut();
    await until(isGone);
    const again = await client(proxy.port);
    again.socket.write('two');
    await until(() => again.heard() === 'a:two');
    expect(proxy.connections).to.equal(1);
  });

  it('delays, and keeps the order when the delay ends', async () => {
    const { socket, heard } = await client(proxy.port);
    proxy.delay(60);
    const begun = performance.now();
    socket.write('late');
    await until(() => heard() === 'a:late');
    expect(performance.now() - begun).to.be.at.least(115);
    socket.write('first ');
    await new Promise((resolve) => setTimeout(resolve, 20));
    proxy.delay(0);
    socket.write('second');
    await until(() => heard().endsWith('second'));
    expect(heard().indexOf('first')).to.be.lessThan(heard().indexOf('second'));
  });

  it('swallows on old and new connections, and lets go or turns out to be gone', async () => {
    const old = await client(proxy.port);
    old.socket.write('x');
    await until(() => old.heard() === 'a:x');
    proxy.swallow();
    old.socket.write('y');
    const young = await client(proxy.port);
    young.socket.write('z');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([old.heard(), young.heard(), old.isGone()]).to.deep.equal(['a:x', '', false]);
    proxy.restore({ cut: false });
    await until(() => old.heard() === 'a:xa:y' && young.heard() === 'a:z');
    proxy.swallow();
    proxy.restore({ cut: true });
    await until(() => old.isGone() && young.isGone());
  });

  it('goes to another of several servers when one does not listen', async () => {
    const many = await TcpProxy.start({ targets: [await freePort(), target.port] });
    for (let i = 0; i < 3; i++) {
      const { socket, heard } = await client(many.port);
      socket.write('hello');
      await until(() => heard() === 'a:hello');
    }
    await many[Symbol.asyncDispose]();
  });

  it('is gone for the client when no server listens', async () => {
    const dead = await TcpProxy.start({ targets: [await freePort()] });
    const { isGone } = await client(dead.port);
    await until(isGone);
    await dead[Symbol.asyncDispose]();
  });
});
