import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Collection, DocumentStore } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { createFeed, type Feed } from '#lib/events/feed.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { createLogger } from '#lib/telemetry/log.ts';

interface Thing {
  readonly key: string;
}

describe('feed', () => {
  const log = createLogger({ level: 'silent' });
  const clock = { time: 1_700_000_000_000, now: () => clock.time };
  let folder: string;
  let store: DocumentStore;
  let things: Collection<Thing>;
  let feed: Feed;

  const open = async (): Promise<void> => {
    store = await openSqliteStore({ file: join(folder, 'store.sqlite'), clock, log });
    things = store.collection<Thing>({ name: 'things', indexes: [] });
    feed = createFeed({ store, source: 'training', clock, log });
  };
  const close = async (): Promise<void> => {
    await feed[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  };
  const tell = async (...ids: string[]): Promise<void> => {
    const outbox = ids.map((id) => ({ id, type: 'T', subject: 's', time: clock.time, data: '' }));
    await things.insert({ key: `k${ids.join()}` }, { outbox });
  };
  const relayed = async (): Promise<void> => {
    for (const end = Date.now() + 2_000; (await store.untold(1)).length > 0; ) {
      if (Date.now() > end) throw new Error('not relayed');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const read = async (cursor: string, limit = 100): Promise<{ ids: string[]; next: string }> => {
    const { events, nextCursor } = await feed.read(cursor, limit);
    return { ids: events.map(({ id }) => id), next: nextCursor };
  };

  beforeEach(async () => {
    clock.time = 1_700_000_000_000;
    folder = await mkdtemp(join(tmpdir(), 'otvet-feed-'));
    await open();
  });
  afterEach(async () => {
    await close();
    await rm(folder, { recursive: true });
  });

  it('has what documents told, page by page, and empties their outboxes', async () => {
    await tell('01', '02', '03');
    await tell('04');
    await relayed();
    const first = await read('', 3);
    expect(first.ids).to.deep.equal(['01', '02', '03']);
    expect((await read(first.next, 3)).ids).to.deep.equal(['04']);
    expect(await store.untold(10)).to.deep.equal([]);
  });

  it('brings the last seconds again at the end, and no more once they are past', async () => {
    await tell('01');
    await relayed();
    const { next } = await read('');
    expect((await read(next)).ids).to.deep.equal(['01']);
    clock.time += 5_001;
    const later = await read(next);
    expect(later.ids).to.deep.equal(['01']);
    expect((await read(later.next)).ids).to.deep.equal([]);
    await tell('02');
    await relayed();
    expect((await read(later.next)).ids).to.deep.equal(['02']);
  });

  it('keeps its order when the clock was set back between two starts', async () => {
    await tell('01');
    await relayed();
    await close();
    clock.time -= 3_600_000;
    await open();
    await tell('02');
    await relayed();
    expect((await read('')).ids).to.deep.equal(['01', '02']);
  });

  it('tells after a restart what it had no time for', async () => {
    await feed[Symbol.asyncDispose]();
    await tell('01');
    expect(await store.untold(1)).to.have.length(1);
    await store[Symbol.asyncDispose]();
    await open();
    await relayed();
    expect((await read('')).ids).to.deep.equal(['01']);
  });

  it('has an event once, though its settling was cut short', async () => {
    await tell('01');
    await relayed();
    await things.insert({ key: 'again' }, { outbox: [{ id: '01', type: 'T', subject: 's', time: 1, data: '' }] });
    await relayed();
    expect((await read('')).ids).to.deep.equal(['01']);
  });

  it('forgets after 7 days', async () => {
    await tell('01');
    await relayed();
    clock.time += 7 * 86_400_000;
    expect((await read('')).ids).to.deep.equal([]);
  });

  it('is followed: an empty page first, then each event once', async () => {
    const stop = new AbortController();
    const heard: string[][] = [];
    const following = (async () => {
      for await (const { events } of feed.follow('', stop.signal)) {
        heard.push(events.map(({ id }) => id));
        if (heard.length === 1) await tell('01');
        if (heard.length === 2) await tell('02');
        if (heard.length === 3) stop.abort();
      }
    })();
    await following;
    expect(heard).to.deep.equal([[], ['01'], ['02']]);
  });

  it('ends its followers when it is disposed of', async () => {
    const following = Array.fromAsync(feed.follow('', new AbortController().signal));
    await feed[Symbol.asyncDispose]();
    expect((await following).length).to.be.at.most(1);
  });

  it('refuses cursors that are none', async () => {
    const error: unknown = await read('nonsense!').catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(RpcError);
  });
});
