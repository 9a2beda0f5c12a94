import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { BotService } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ownAddress } from '#lib/config/listen.ts';
import { openStore } from '#lib/documents/open.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { serve, startRpcServer } from '#lib/rpc/server.ts';
import type { Host, RunningService } from '#lib/service/host.ts';
import { GROUP, type Pace, PRIVATE_CHAT } from './answering/pace.ts';
import { Assistants } from './assistants.ts';
import { LOOKS, type Looks, RunningBot } from './bot.ts';
import { accessRuleOf, botIdOf, deliveryOf, type TelegramConfig, telegramAdapterVariables } from './config.ts';
import type { Desk } from './desk.ts';
import { Groups } from './groups/groups.ts';
import { Owners } from './groups/owners.ts';
import { Contacts } from './handoff/contacts.ts';
import { Lanes } from './lanes.ts';
import { Menus } from './menus.ts';
import { telegramMetrics } from './metrics.ts';
import { OwnBacklog } from './own-backlog.ts';
import { People } from './people.ts';
import { Leases } from './replicas/leases.ts';
import { HEARTBEAT, type Heartbeat, Replicas } from './replicas/replicas.ts';
import { StoreHealth } from './replicas/store-health.ts';
import { Access } from './rules/access.ts';
import { Floods } from './rules/floods.ts';
import { Rate } from './rules/rate.ts';
import { SharedBacklog } from './shared-backlog.ts';
import { Stops } from './stops.ts';
import { TelegramClient } from './telegram/client.ts';
import { Inbox } from './updates/inbox.ts';
import { leave, step } from './work.ts';

/** A file of 20 MB, which is Telegram's own limit, and what is said about it. */
const MAX_MESSAGE_BYTES = 21 * 1024 * 1024;

export const SERVICE = 'telegram-adapter';

/** Chats that are answered at the same time. */
const PARALLEL_CHATS = 512;

/** How long the result of a send that a lost replica began is waited for, in milliseconds. */
const LATE_RESULT_MS = 2_000;

/** What tests put in place of what the service would make. */
export interface TelegramParts {
  /** Closed by the service. */
  readonly store: DocumentStore;
  readonly pace: Pace;
  readonly heartbeat: Heartbeat;
  readonly looks: Looks;
  readonly lateResultMs: number;
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
    resources.use(openChannel({ service, address, identity, metrics, maxMessageBytes: MAX_MESSAGE_BYTES }));
  const conversation = channelTo('conversation', config.conversationAddress);
  const training = channelTo('training', config.trainingAddress);
  const shown = telegramMetrics(metrics, () => clock.now());
  resources.defer(shown.close);

  const health = new StoreHealth(store, clock, log);
  resources.defer(() => health.stop());
  const heartbeat = overrides.heartbeat ?? HEARTBEAT;
  const replicas = store.exclusive ? undefined : new Replicas({ store, heartbeat, health, clock, ids, log });
  const onTakeover = (key: string) => shown.takeovers.inc({ what: key.endsWith('/updates') ? 'updates' : 'chat' });
  const leases = replicas && new Leases(store, replicas, onTakeover);

  const botFor = (token: string): RunningBot => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const bot = botIdOf(token);
    const looks = overrides.looks ?? LOOKS;
    const inbox = new Inbox(store);
    const people = new People(store, bot);
    const owners = new Owners(store, bot, (config.owners ?? []).map(Number));
    const client = new TelegramClient({ token, apiUrl: config.apiUrl, clock, metrics: shown });
    const lateResultMs = overrides.lateResultMs ?? LATE_RESULT_MS;
    const backlog =
      replicas === undefined || leases === undefined
        ? new OwnBacklog({ inbox, metrics: shown, signal })
        : new SharedBacklog({ bot, inbox, leases, replicas, metrics: shown, lateResultMs, signal });
    const desk: Desk = {
      bot,
      client,
      inbox,
      people,
      groups: new Groups({ store, bot, clock, isOpen: config.groups === 'open' }),
      owners,
      access: new Access({ rule: accessRuleOf(config), store, bot, owners, client, clock }),
      rate: new Rate(store, bot, { perHour: config.questionsPerHour, perDay: config.questionsPerDay }, clock),
      floods: new Floods(config.burst),
      keywords: (config.keywords ?? []).map((word) => word.toLowerCase()),
      operators: {
        group: config.operators === undefined ? undefined : Number(config.operators),
        afterRefusals: config.operatorsAfter,
        contacts: new Contacts(store, bot),
        handoffs: createClient(HandoffService, conversation),
      },
      backlog,
      lanes: new Lanes({
        limit: PARALLEL_CHATS,
        step: (lane, turn) => step(desk, lane, turn),
        leave: (lane) => leave(desk, lane),
        lookEveryMs: looks.laneEveryMs,
      }),
      assistants: new Assistants(createClient(AssistantService, training), config.assistant),
      conversation: createClient(ConversationService, conversation),
      sessions: createClient(SessionService, conversation),
      stops: new Stops(people, store.exclusive),
      health,
      metrics: shown,
      log,
      clock,
      ids,
      pace: overrides.pace ?? PRIVATE_CHAT,
      groupPace: overrides.pace ?? GROUP,
      groupFeedback: config.groupFeedback === 'ask',
      signal,
    };
    return new RunningBot({ desk, delivery, looks, menus: new Menus(store), leases, stopping });
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
    ready: () => running && health.isWritable,
  });
  resources.defer(() => server.stop(0));
  if (bots.length > 0) replicas?.start();
  for (const bot of bots) {
    await bot.start();
    replicas?.onGone(() => bot.takeOver());
  }

  const owned = resources.move();
  return {
    name: SERVICE,
    address: server.address,
    webhookAddress: bots[0]?.webhookAddress,
    ready: () => running && health.isWritable,
    stop: async (graceMs) => {
      running = false;
      await Promise.all([...bots.map((bot) => bot.stop(graceMs)), server.stop(graceMs)]);
      await replicas?.stop();
      await owned.disposeAsync();
    },
  };
}
