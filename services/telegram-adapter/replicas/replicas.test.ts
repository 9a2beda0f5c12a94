import { expect } from 'chai';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { systemIds } from '#lib/ids.ts';
import { type TemporaryFolder, temporaryFolder } from '#testing/folders.ts';
import { testHost } from '#testing/host.ts';
import { type Connection, SharedStore } from '#testing/shared-store.ts';
import { eventually, pause } from '#testing/telegram-bench.ts';
import { Leases } from './leases.ts';
import { LeaseLost, Replicas } from './replicas.ts';
import { StoreHealth } from './store-health.ts';

const heartbeat = { beatMs: 30, goneMs: 240 };

describe('replicas', () => {
  let folder: TemporaryFolder;
  let shared: SharedStore;
  let owned: AsyncDisposableStack;
  let taken: string[];

  beforeEach(async () => {
    folder = await temporaryFolder();
    owned = new AsyncDisposableStack();
    const { clock, log } = await testHost();
    shared = new SharedStore(owned.use(await openSqliteStore({ file: folder.file('store.sqlite'), clock, log })));
    taken = [];
  });
  afterEach(async () => {
    await owned.disposeAsync();
    await folder[Symbol.asyncDispose]();
  });

  async function join(now = () => Date.now()) {
    const { log } = await testHost();
    const connection: Connection = shared.connect();
    const clock = { now };
    const health = new StoreHealth(connection.store, clock, log);
    const replicas = new Replicas({ store: connection.store, heartbeat, health, clock, ids: systemIds, log });
    const leases = new Leases(connection.store, replicas, (key) => taken.push(key));
    owned.defer(async () => {
      connection.weather = 'fine';
      health.stop();
      await replicas.stop();
    });
    replicas.start();
    await eventually(async () => replicas.term !== undefined);
    return { connection, replicas, leases };
  }

  it('hold a lease one at a time, until it is given back', async () => {
    const [a, b] = [await join(), await join()];
    const lease = await a.leases.take('x', true);
    expect(lease?.epoch).to.equal(1);
    expect(await b.leases.take('x', true)).to.equal(undefined);
    if (lease) await a.leases.giveBack(lease);
    expect((await b.leases.take('x', true))?.epoch).to.equal(2);
    expect(taken).to.deep.equal([]);
  });

  it('keep their leases as long as they live, whatever their clocks say', async () => {
    let offset = 0;
    const [a, b] = [await join(() => Date.now() + offset), await join(() => Date.now() - 60_000)];
    const lease = await a.leases.take('x', true);
    for (offset of [60_000, -60_000, 0]) {
      await pause(heartbeat.goneMs);
      expect(await b.leases.take('x', false)).to.equal(undefined);
    }
    if (lease) await a.replicas.assure(lease.term, new AbortController().signal);
    expect(lease?.term.ended.aborted).to.equal(false);
  });

  it('take over from one that is silent, which learns of it', async () => {
    const [a, b] = [await join(), await join()];
    const lease = await a.leases.take('x', true);
    a.connection.weather = 'frozen';
    await eventually(async () => (await b.leases.take('x', false)) !== undefined);
    expect(taken).to.deep.equal(['x']);
    a.connection.weather = 'fine';
    const assured = lease && a.replicas.assure(lease.term, new AbortController().signal);
    expect(await assured?.catch((error: unknown) => error)).to.be.instanceOf(LeaseLost);
    expect(lease?.term.ended.aborted).to.equal(true);
    await eventually(async () => a.replicas.term !== undefined);
    expect(await a.leases.take('x', false)).to.equal(undefined);
  });

  it('do not take each other for dead when the store was away for all', async () => {
    const [a, b] = [await join(), await join()];
    const lease = await a.leases.take('x', true);
    for (const { connection } of [a, b]) connection.weather = 'cut';
    await pause(2 * heartbeat.goneMs);
    b.connection.weather = 'fine';
    await pause(heartbeat.goneMs / 4);
    a.connection.weather = 'fine';
    await pause(heartbeat.goneMs);
    expect(await b.leases.take('x', false)).to.equal(undefined);
    expect(lease?.term.ended.aborted).to.equal(false);
  });

  it('leave what they hold to the others when they stop, and take again what they do not know they hold', async () => {
    const [a, b] = [await join(), await join()];
    await a.leases.take('x', true);
    expect((await a.leases.take('x', false))?.epoch).to.equal(2);
    await a.replicas.stop();
    await eventually(async () => (await b.leases.take('x', false)) !== undefined);
  });
});
