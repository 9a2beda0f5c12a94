import { setTimeout as sleep } from 'node:timers/promises';
import { type MongoProxy, startMongoProxy } from '../proxies/mongo-proxy.ts';
import { TcpProxy } from '../proxies/tcp-proxy.ts';
import type { ServerFault } from './plan.ts';

/** The ways of processes to the database and to the bus, each through a proxy of its own. */
export class Links implements AsyncDisposable {
  readonly #databasePort: number;
  readonly #busPort: number;
  readonly #toDatabase: MongoProxy[] = [];
  readonly #toBus: TcpProxy[] = [];

  constructor(databasePort: number, busPort: number) {
    this.#databasePort = databasePort;
    this.#busPort = busPort;
  }

  /** Makes the ways of one more process; gives the ports that it is to use. */
  async add(): Promise<{ readonly database: number; readonly bus: number }> {
    const database = await startMongoProxy(this.#databasePort);
    const bus = await TcpProxy.start({ targets: [this.#busPort] });
    this.#toDatabase.push(database);
    this.#toBus.push(bus);
    return { database: database.tcp.port, bus: bus.port };
  }

  /** Lets a fault happen; resolves when it is over. */
  async suffer(fault: ServerFault): Promise<void> {
    switch (fault.kind) {
      case 'cut links':
        for (const link of this.#chosen(fault)) link.cut();
        return;
      case 'slow links':
        for (const link of this.#chosen(fault)) link.delay(fault.delayMs);
        await sleep(fault.forMs);
        for (const link of this.#chosen(fault)) link.delay(0);
        return;
      case 'black hole':
        for (const link of this.#chosen(fault)) link.swallow();
        await sleep(fault.forMs);
        for (const link of this.#chosen(fault)) link.restore({ cut: fault.cut });
        return;
      case 'refuse writes':
        this.#database(fault.link)?.refuseWrites(fault.count);
        return;
      case 'lose commits':
        this.#database(fault.link)?.cutReplies(fault.count);
        return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#toDatabase, ...this.#toBus].map((proxy) => proxy[Symbol.asyncDispose]()));
  }

  /** One link, or all those to one server. */
  #chosen({ link, all }: { readonly link: number; readonly all: boolean }): readonly TcpProxy[] {
    const databases = this.#toDatabase.map(({ tcp }) => tcp);
    if (all) return link < 0.5 ? databases : this.#toBus;
    const links = [...databases, ...this.#toBus];
    return links.slice(Math.floor(link * links.length)).slice(0, 1);
  }

  #database(link: number): MongoProxy | undefined {
    return this.#toDatabase[Math.floor(link * this.#toDatabase.length)];
  }
}
