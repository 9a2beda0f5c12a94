import { expect } from 'chai';
import type { DocumentStore } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { temporaryFolder } from '#testing/folders.ts';
import { SharedStore } from '#testing/shared-store.ts';
import { CHAT, eventually, TelegramBench } from '#testing/telegram-bench.ts';
import { saying } from '#testing/telegram-peers.ts';

describe('what an answer in Telegram costs', () => {
  const bench = TelegramBench.inSuite();

  it('three writes and no reads, where the adapter has its store to itself', async () => {
    await using folder = await temporaryFolder();
    await using embedded = await openSqliteStore({ ...bench.host, file: folder.file('counted.sqlite') });
    const { store, calls } = new SharedStore(embedded).connect();
    bench.peers.script = saying('Cheap.');
    await bench.start({}, bench.host.log, { store: { ...store, exclusive: true } as DocumentStore });
    bench.telegram.say(CHAT, 'first');
    await bench.shows('Cheap.');
    await eventually(async () => (await bench.metric('otvet_telegram_undelivered_updates')) === 0);
    // Offering the menus of all languages takes a while; it is done once.
    await eventually(async () => calls.includes('menus.insert'));
    calls.splice(0);
    bench.telegram.say(CHAT, 'second');
    await bench.shows('Cheap.', 'Cheap.');
    await eventually(async () => (await bench.metric('otvet_telegram_undelivered_updates')) === 0);
    expect(calls).to.deep.equal(['inbox.insert', 'inbox.update', 'inbox.update']);
  });
});
