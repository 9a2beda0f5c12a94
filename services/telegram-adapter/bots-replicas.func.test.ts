import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Channel, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { Bot_State } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { readConfig } from '#lib/config/variables.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { newKey } from '#lib/sealing/keys.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';
import { temporaryFolder } from '#testing/folders.ts';
import { SharedStore } from '#testing/shared-store.ts';
import { eventually, QUICK, sumOf, TelegramBench } from '#testing/telegram-bench.ts';
import { saying } from '#testing/telegram-peers.ts';
import { LOOKS } from './bot.ts';
import { telegramAdapterVariables } from './config.ts';
import { startTelegramAdapter } from './service.ts';

const LOOKING = { ...LOOKS, laneEveryMs: 15, turnEveryMs: 30, botsEveryMs: 20 };

describe('bots of replicas', () => {
  const bench = TelegramBench.inSuite();

  it('are added, taken over and removed in all of them, whichever is asked', async () => {
    await using owned = new AsyncDisposableStack();
    const folder = owned.use(await temporaryFolder());
    const { clock, log } = bench.host;
    const shared = new SharedStore(owned.use(await openSqliteStore({ file: folder.file('s.sqlite'), clock, log })));
    const config = readConfig(telegramAdapterVariables, {
      ...bench.environment,
      OTVET_TELEGRAM_TOKEN: '',
      OTVET_SECRET_KEY: newKey(),
    });
    const principal = create(PrincipalSchema, { channel: Channel.API, realm: 'key-test', scopes: [Scope.ADMIN] });
    const identity = await bench.host.issue('gateway');
    const replica = async () => {
      const host = { ...bench.host, metrics: createMetrics() };
      const { store } = shared.connect();
      const heartbeat = { beatMs: 30, goneMs: 240 };
      const adapter = await startTelegramAdapter(config, host, { pace: QUICK, looks: LOOKING, heartbeat, store });
      let isRunning = true;
      const stop = async (): Promise<void> => {
        if (isRunning) await adapter.stop(0);
        isRunning = false;
      };
      owned.defer(stop);
      const { metrics } = host;
      const { address } = adapter;
      const channel = owned.use(openChannel({ service: 'telegram-adapter', address, identity, metrics }));
      const client = createClient(BotService, channel);
      const states = async () => (await client.listBots({}, { principal })).bots.map(({ state }) => state);
      return { client, states, stop, polling: () => sumOf(metrics, 'otvet_telegram_polling') };
    };
    const [a, b] = [await replica(), await replica()];
    const { token } = bench.telegram;
    await a.client.createBot({ token, assistant: 'assistants/velik' }, { principal });
    await eventually(async () => {
      const states = [...(await a.states()), ...(await b.states())];
      return states.includes(Bot_State.LIVE) && states.includes(Bot_State.STANDBY);
    });
    bench.peers.script = saying('Still here.');
    await a.stop();
    bench.telegram.say(1, 'Anybody?');
    await bench.telegram.waitFor(() => bench.shown(1).includes('Still here.'));
    const c = await replica();
    await b.client.deleteBot({ name: `bots/${bench.telegram.bot.id}` }, { principal });
    expect(await c.states()).to.deep.equal([]);
    await eventually(async () => (await b.polling()) + (await c.polling()) === 0);
    const polls = bench.telegram.calls('getUpdates').length;
    bench.telegram.say(1, 'And now?');
    await b.stop();
    await c.stop();
    expect(bench.telegram.calls('getUpdates').length).to.equal(polls);
    expect(bench.peers.asked).to.have.lengthOf(1);
  });
});
