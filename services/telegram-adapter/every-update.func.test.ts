import { expect } from 'chai';
import { optionalsOf, sampleOf } from '#testing/telegram/samples.ts';
import { loadSpec } from '#testing/telegram/spec.ts';
import { CHAT, TelegramBench } from '#testing/telegram-bench.ts';
import { saying } from '#testing/telegram-peers.ts';

const spec = loadSpec();
const GROUP = -1_001_000_000_500;

describe('updates of every kind that the Bot API has', () => {
  const bench = TelegramBench.inSuite();
  const kinds = spec.types.Update?.fields?.filter(({ required }) => !required) ?? [];
  const from = { id: 8, is_bot: false, first_name: 'Ann' };

  /** Sends updates as Telegram would, asked for or not, and then a question. */
  async function survives(updates: readonly Record<string, unknown>[]): Promise<void> {
    bench.peers.script = saying('Still here.');
    // Where a bot asks for no kinds, all come.
    const errors: unknown[] = [];
    const log = bench.host.log.child({});
    // The files that these updates speak of are nowhere.
    log.error = ((about: { err?: Error }, ...told: unknown[]) => {
      if (about.err?.name !== 'FileUnavailable') errors.push(about, ...told);
    }) as never;
    log.child = (() => log) as never;
    const env = {
      OTVET_TELEGRAM_WEBHOOK_URL: 'https://otvet.example.org/telegram',
      OTVET_TELEGRAM_WEBHOOK_SECRET: 'open-sesame',
      OTVET_TELEGRAM_WEBHOOK_ADDRESS: '127.0.0.1:0',
      OTVET_TELEGRAM_BURST: '0',
    };
    await bench.start(env, log);
    bench.telegram.addChat(CHAT);
    bench.telegram.addChat(GROUP);
    let id = 1;
    const post = async (update: object): Promise<number> => {
      const headers = { 'x-telegram-bot-api-secret-token': 'open-sesame', 'content-type': 'application/json' };
      const body = JSON.stringify({ update_id: id++, ...update });
      const address = `http://${bench.adapter?.webhookAddress}/telegram`;
      return (await fetch(address, { method: 'POST', headers, body })).status;
    };
    await bench.telegram.waitFor(() => bench.telegram.calls('setWebhook').length > 0);
    for (const update of updates) {
      let status = await post(update);
      while (status === 503) status = await post(update);
      expect(status, JSON.stringify(update).slice(0, 300)).to.equal(200);
    }
    const date = Math.floor(Date.now() / 1000);
    const chat = { id: CHAT, type: 'private', first_name: 'Ann' };
    await post({ message: { message_id: 7_000_000, date, chat, from: { ...from, id: CHAT }, text: 'Alive?' } });
    await bench.telegram.waitFor(() => bench.shown().includes('Still here.'), 8_000);
    const asked = bench.peers.asked.map(({ request }) => request.question);
    expect(asked.filter((question) => question !== 'text')).to.deep.equal(['Alive?']);
    expect(errors).to.deep.equal([]);
  }

  it('are taken in or ignored without harm, in their smallest form and with all their fields', async () => {
    const updates = kinds.flatMap(({ name, types }) =>
      [0, 1, 2].map((depth) => ({ [name]: sampleOf(spec, types[0] ?? '', depth) })),
    );
    expect(updates.length).to.be.greaterThan(5);
    await survives([...updates, { telepathy: { thought: 'unknown' } }, {}]);
  });

  it('messages with each field that there is, in private chats and in groups, do no harm', async () => {
    const date = Math.floor(Date.now() / 1000);
    const chats = [
      { id: 5, type: 'private', first_name: 'Ann' },
      { id: GROUP, type: 'supergroup', title: 'Club' },
      { id: -7, type: 'channel', title: 'News' },
    ];
    const taken = new Set(['text', 'from', 'chat', 'date', 'message_id', 'migrate_to_chat_id', 'migrate_from_chat_id']);
    const fields = optionalsOf(spec, 'Message').filter(({ name }) => !taken.has(name));
    let message_id = 100;
    const updates = fields.flatMap(({ name, types }) =>
      chats.map((chat) => ({
        [chat.type === 'channel' ? 'channel_post' : 'message']: {
          message_id: message_id++,
          date,
          chat,
          from,
          [name]: sampleOf(spec, types[0] ?? '', 1),
          hologram: { unknown: true },
        },
      })),
    );
    await survives(updates);
  });
});
