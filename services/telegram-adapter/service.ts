import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { HandoffService } from '#gen/otvet/conversation/v1/handoff_service_pb.ts';
import { SessionService } from '#gen/otvet/conversation/v1/session_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ownAddress } from '#lib/config/listen.ts';
import { openStore } from '#lib/documents/open.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { startRpcServer } from '#lib/rpc/server.ts';
import { openSealer } from '#lib/sealing/keys.ts';
import type { Host, RunningService } from '#lib/service/host.ts';
import { GROUP, type Pace, PRIVATE_CHAT } from './answering/pace.ts';
import { Assistants } from './assistants.ts';
import { LOOKS, type Looks, RunningBot } from './bot.ts';
import { serveBots } from './bots/bot-service.ts';
import { BotDoor } from './bots/door.ts';
import { Fleet } from './bots/fleet.ts';
import { BotRegistry } from './bots/registry.ts';
import {
  accessRuleOf,
  botIdOf,
  type Delivery,
  deliveryBelow,
  deliveryOf,
  type TelegramConfig,
  telegramAdapterVariables,
} from './config.ts';
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
import { startWebhook } from './updates/webhook.ts';
import { leave, step } from './work.ts';

/** A file of 20 MB, which is Telegram's own limit, and what is said about it. */
const MAX_MESSAGE_BYTES = 21 * 1024 * 1024;

export const SERVICE = 'telegram-adapter';

/** Chats that are answered at the same time. */
const PARALLEL_CHATS = 512;

/** How long the result of a send that a lost replica began is waited for, in milliseconds. */
const LATE_RESULT_MS = 2_000;

/** A bot to run. */
interface Engagement {
  readonly token: string;
  /** The id of who answers; undefined: the first by name. */
  readonly assistant: string | undefined;
  readonly delivery: Delivery;
  readonly isFromEnvironment: boolean;
}

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
 * Starts the telegram-adapter. Telegram, conversation and training need not be there yet. It runs the bot of the
 * environment's token, where there is one, and those that were added at run time. Rejects with `ConfigError` for a webhook without a secret
 * and for a file of keys that cannot be read, and when an address or the store is taken.
 */
export async function startTelegramAdapter(
  config: TelegramConfig,
  host: Host,
  overrides: Partial<TelegramParts> = {},
): Promise<RunningService & { readonly webhookAddress: string | undefined }> {
  const delivery = deliveryOf(config);
  const sealer = await openSealer(config);
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

  const webhook = delivery.by === 'webhook' ? await startWebhook({ address: delivery.address, log }) : undefined;
  if (webhook !== undefined) resources.defer(() => webhook.stop());
  const looks = overrides.looks ?? LOOKS;
  const assistants = createClient(AssistantService, training);
  const menus = new Menus(store);
  const inbox = new Inbox(store);
  const botFor = ({ token, assistant, delivery, isFromEnvironment }: Engagement): RunningBot => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const bot = botIdOf(token);
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
      assistants: new Assistants(assistants, assistant),
      conversation: createClient(ConversationService, conversation),
      sessions: createClient(SessionService, conversation),
      stops: new Stops(people, store.exclusive),
      health,
      metrics: shown,
      log: log.child({ bot }),
      clock,
      ids,
      pace: overrides.pace ?? PRIVATE_CHAT,
      groupPace: overrides.pace ?? GROUP,
      groupFeedback: config.groupFeedback === 'ask',
      signal,
    };
    return new RunningBot({ desk, delivery, webhook, isFromEnvironment, looks, menus, leases, stopping });
  };
  const { token } = config;
  const ofEnvironment =
    token === undefined
      ? undefined
      : { id: botIdOf(token), bot: botFor({ token, assistant: config.assistant, delivery, isFromEnvironment: true }) };
  const registry = new BotRegistry(store);
  const door = new BotDoor({ apiUrl: config.apiUrl, clock, metrics: shown });
  const fleet = new Fleet({
    registry,
    sealer,
    environmentBot: ofEnvironment?.id,
    botFor: ({ key, assistant }, { token, webhookSecret }) =>
      botFor({
        token,
        assistant: assistant.slice('assistants/'.length),
        delivery: deliveryBelow(delivery, key, webhookSecret),
        isFromEnvironment: false,
      }),
    removeWebhook: (token, signal) => door.removeWebhook(token, signal),
    health,
    log,
    lookEveryMs: looks.botsEveryMs,
  });

  let running = true;
  const server = await startRpcServer({
    service: SERVICE,
    address,
    identity,
    served: [
      serveBots({ registry, fleet, ofEnvironment, sealer, door, assistants, delivery: delivery.by, clock, ids }),
    ],
    log,
    metrics,
    clock,
    ready: () => running && health.isWritable,
  });
  resources.defer(() => server.stop(0));
  replicas?.start();
  replicas?.onGone(() => {
    ofEnvironment?.bot.takeOver();
    fleet.takeOver();
  });
  ofEnvironment?.bot.start();
  await fleet.start();

  const owned = resources.move();
  return {
    name: SERVICE,
    address: server.address,
    webhookAddress: webhook?.address,
    ready: () => running && health.isWritable,
    stop: async (graceMs) => {
      running = false;
      await Promise.all([ofEnvironment?.bot.stop(graceMs), fleet.stop(graceMs), server.stop(graceMs), webhook?.stop()]);
      await replicas?.stop();
      await owned.disposeAsync();
    },
  };
}
