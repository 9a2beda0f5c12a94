import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ownAddress } from '#lib/config/listen.ts';
import { openStore } from '#lib/documents/open.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { serve, startRpcServer } from '#lib/rpc/server.ts';
import type { Host, RunningService } from '#lib/service/host.ts';
import { type Pace, PRIVATE_CHAT } from './answering/pace.ts';
import { Assistants } from './assistants.ts';
import { RunningBot } from './bot.ts';
import { botIdOf, deliveryOf, type TelegramConfig, telegramAdapterVariables } from './config.ts';
import { type Desk, Stops } from './desk.ts';
import { Lanes } from './lanes.ts';
import { telegramMetrics } from './metrics.ts';
import { People } from './people.ts';
import { TelegramClient } from './telegram/client.ts';
import { Inbox } from './updates/inbox.ts';

export const SERVICE = 'telegram-adapter';

/** Chats that are answered at the same time. */
const PARALLEL_CHATS = 512;

/** What tests put in place of what the service would make. */
export interface TelegramParts {
  /** Closed by the service. */
  readonly store: DocumentStore;
  readonly pace: Pace;
}

/**
 * Starts the telegram-adapter. Telegram, conversation and training need not be there yet. Without a token it runs
 * without a bot. Rejects with `ConfigError` for a webhook without a secret, and when an address or the store is taken.
 */
export async function startTelegramAdapter(
  config: TelegramConfig,
  host: Host,
  overrides: Partial<TelegramParts> = {},
): Promise<RunningService & { readonly webhookAddress: string | undefined }> {
  const delivery = deliveryOf(config);
  const address = ownAddress(config.listenAddress, telegramAdapterVariables.telegramAddress, config.telegramAddress);
  await using resources = new AsyncDisposableStack();
  const log = host.log.child({ service: SERVICE });
  const identity = await host.issue(SERVICE);
  const { metrics, clock, ids } = host;
  const store = overrides.store ?? (await openStore({ service: SERVICE, config, clock, log }));
  resources.use(store);
  const channelTo = (service: string, address: string) =>
    resources.use(openChannel({ service, address, identity, metrics }));
  const conversation = channelTo('conversation', config.conversationAddress);
  const training = channelTo('training', config.trainingAddress);
  const shown = telegramMetrics(metrics, () => clock.now());
  resources.defer(shown.close);

  const botFor = (token: string): RunningBot => {
    const stopping = new AbortController();
    const bot = botIdOf(token);
    const desk: Desk = {
      bot,
      client: new TelegramClient({ token, apiUrl: config.apiUrl, clock, metrics: shown }),
      inbox: new Inbox(store),
      people: new People(store, bot),
      lanes: new Lanes(PARALLEL_CHATS),
      assistants: new Assistants(createClient(AssistantService, training), config.assistant),
      conversation: createClient(ConversationService, conversation),
      sessions: createClient(SessionService, conversation),
      stops: new Stops(),
      metrics: shown,
      log,
      clock,
      ids,
      pace: overrides.pace ?? PRIVATE_CHAT,
      signal: stopping.signal,
    };
    return new RunningBot(desk, delivery, stopping);
  };
  const bots = config.token === undefined ? [] : [botFor(config.token)];

  let running = true;
  const server = await startRpcServer({
    service: SERVICE,
    address,
    identity,
    served: [serve(BotService, { listBots: async () => ({ bots: bots.map((bot) => bot.describe()) }) })],
    log,
    metrics,
    clock,
    ready: () => running,
  });
  resources.defer(() => server.stop(0));
  for (const bot of bots) await bot.start();

  const owned = resources.move();
  return {
    name: SERVICE,
    address: server.address,
    webhookAddress: bots[0]?.webhookAddress,
    ready: () => running,
    stop: async (graceMs) => {
      running = false;
      await Promise.all([...bots.map((bot) => bot.stop(graceMs)), server.stop(graceMs)]);
      await owned.disposeAsync();
    },
  };
}
