// A way between a client and a server that a test can cut, slow down or make swallow everything.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Direction } from './direction.ts';

/** What looks at, changes or stops what passes on one connection. Bytes it keeps are its own to send later. */
export interface Passage {
  /** From the client; gives what goes on to the server. */
  up(bytes: Buffer): Buffer;
  /** From the server; gives what goes on to the client. */
  down(bytes: Buffer): Buffer;
}

/** One connection, as a passage may treat it. */
export interface ProxiedConnection {
  /** Says something to the client in the server's place. */
  answer(bytes: Buffer): void;
  /** Cuts both sides. */
  cut(): void;
}

/** How to start a {@link TcpProxy}. */
export interface TcpProxyOptions {
  /** Ports of 127.0.0.1: of one server, or of several that stand for each other; whoever does not listen is passed over. */
  readonly targets: readonly number[];
  /** Makes the passage of each connection; default: all passes. */
  readonly passage?: (connection: ProxiedConnection) => Passage;
}

/** Listens on a port of 127.0.0.1 and passes everything on, until it is told otherwise. */
export class TcpProxy implements AsyncDisposable {
  readonly #options: TcpProxyOptions;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #delayMs = 0;
  #isHole = false;
  #next = 0;

  private constructor(options: TcpProxyOptions) {
    this.#options = options;
    this.#server = createServer((client) => this.#open(client));
  }

  static async start(options: TcpProxyOptions): Promise<TcpProxy> {
    const proxy = new TcpProxy(options);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that pass through now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Cuts all connections; new ones pass. */
  cut(): void {
    for (const pair of [...this.#pairs]) pair.cut();
  }

  /** Everything takes so much longer in each direction, in milliseconds. */
  delay(ms: number): void {
    this.#delayMs = ms;
    for (const pair of this.#pairs) pair.delay(ms);
  }

  /** Connections stay open, and nothing comes through any more: not on those that are there, not on new ones. */
  swallow(): void {
    this.#isHole = true;
    for (const pair of this.#pairs) pair.hold(true);
  }

  /** What was held goes on, as after a broken line; or, with `cut`, the connections turn out to be gone. */
  restore({ cut }: { readonly cut: boolean }): void {
    this.#isHole = false;
    if (cut) this.cut();
    else for (const pair of this.#pairs) pair.hold(false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #open(client: Socket, tries = 0): void {
    client.on('error', () => client.destroy());
    const { targets, passage } = this.#options;
    const target = targets[this.#next++ % targets.length] ?? 0;
    const server = connect(target, '127.0.0.1');
    server.once('error', () => {
      server.destroy();
      if (tries + 1 < targets.length && !client.destroyed) this.#open(client, tries + 1);
      else client.destroy();
    });
    server.once('connect', () => {
      if (client.destroyed) server.destroy();
      else this.#add(new Pair(client, server, passage));
    });
  }

  #add(pair: Pair): void {
    this.#pairs.add(pair);
    pair.onGone = () => this.#pairs.delete(pair);
    pair.delay(this.#delayMs);
    pair.hold(this.#isHole);
  }
}

/** A client's connection and the server's. */
class Pair implements ProxiedConnection {
  readonly #directions: readonly [up: Direction, down: Direction];
  readonly #sockets: readonly [client: Socket, server: Socket];
  onGone: () => void = () => undefined;

  constructor(client: Socket, server: Socket, passage: TcpProxyOptions['passage']) {
    client.setNoDelay(true);
    server.setNoDelay(true);
    this.#sockets = [client, server];
    const through = passage?.(this);
    this.#directions = [
      new Direction(client, server, (bytes) => through?.up(bytes) ?? bytes),
      new Direction(server, client, (bytes) => through?.down(bytes) ?? bytes),
    ];
    for (const socket of this.#sockets) {
      socket.on('error', () => this.cut());
      socket.on('close', () => this.cut());
    }
  }

  answer(bytes: Buffer): void {
    this.#directions[1].send(bytes);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.onGone();
  }

  delay(ms: number): void {
    for (const direction of this.#directions) direction.delayMs = ms;
  }

  hold(held: boolean): void {
    for (const direction of this.#directions) direction.hold(held);
  }
}
