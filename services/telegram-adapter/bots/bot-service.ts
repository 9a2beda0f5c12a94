import type { MessageInitShape } from '@bufbuild/protobuf';
import type { BotSchema } from '#gen/otvet/telegram/v1/bot_pb.ts';
import { BotService, type CreateBotRequest } from '#gen/otvet/telegram/v1/bot_service_pb.ts';
import type { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import type { Ids } from '#lib/ids.ts';
import type { Client } from '#lib/rpc/client.ts';
import { type CallContext, type Served, serve } from '#lib/rpc/server.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Sealer } from '#lib/sealing/sealer.ts';
import type { RunningBot } from '../bot.ts';
import { botIdOf } from '../config.ts';
import { describeRecord } from './describe.ts';
import type { BotDoor } from './door.ts';
import {
  assistantNotFound,
  botChanged,
  botExists,
  botNotFound,
  fieldInvalid,
  inEnvironment,
  requestIdReused,
  secretKeyMissing,
  tokenRefused,
} from './failures.ts';
import type { Fleet } from './fleet.ts';
import type { BotRecord, BotRegistry } from './registry.ts';
import { openSecrets, sealSecrets } from './secrets.ts';

export interface BotServiceParts {
  readonly registry: BotRegistry;
  readonly fleet: Fleet;
  /** The bot that the environment manages. */
  readonly ofEnvironment: { readonly id: string; readonly bot: RunningBot } | undefined;
  readonly sealer: Sealer | undefined;
  readonly door: BotDoor;
  readonly assistants: Pick<Client<typeof AssistantService>, 'getAssistant'>;
  readonly delivery: 'polling' | 'webhook';
  readonly clock: Clock;
  readonly ids: Ids;
}

type Bot = MessageInitShape<typeof BotSchema>;

const ASSISTANT = /^assistants\/[a-z][a-z0-9-]{0,38}$/;

/** The bots of this deployment, for who manages them. */
export function serveBots(parts: BotServiceParts): Served {
  const { registry, fleet, ofEnvironment, clock, ids } = parts;
  const describe = (record: BotRecord): Bot =>
    describeRecord(record, parts.delivery, fleet.running(record)?.describe(), fleet.problem(record));

  /** A bot that can be changed and that the caller may see. */
  async function own(name: string, context: CallContext): Promise<BotRecord> {
    const id = idOf(name);
    if (id === ofEnvironment?.id) throw inEnvironment(name);
    const record = await registry.get(id);
    if (record === undefined || !mayUse(context, record.assistant)) throw botNotFound(name);
    return record;
  }

  return serve(BotService, {
    createBot: async (request, context) => ({ bot: describe(await createBot(request, context, parts)) }),
    getBot: async ({ name }, context) => {
      const environments = ofEnvironment?.bot.describe();
      if (environments?.name === name && mayUse(context, environments.assistant)) return { bot: environments };
      const record = idOf(name) === ofEnvironment?.id ? undefined : await registry.get(idOf(name));
      if (record === undefined || !mayUse(context, record.assistant)) throw botNotFound(name);
      return { bot: describe(record) };
    },
    listBots: async (_request, context) => {
      const records = await registry.all();
      const added = records.filter(({ key, removedAt }) => removedAt === undefined && key !== ofEnvironment?.id);
      const bots = added.map(describe);
      if (ofEnvironment !== undefined) bots.push(ofEnvironment.bot.describe());
      const visible = bots.filter(({ assistant }) => mayUse(context, assistant));
      return { bots: visible.sort((a, b) => Number(idOf(a.name ?? '')) - Number(idOf(b.name ?? ''))) };
    },
    updateBot: async ({ bot, updateMask }, context) => {
      const { name = '', assistant = '', etag = '' } = bot ?? {};
      const paths = updateMask?.paths ?? [];
      if (!/^bots\/\d{1,20}$/.test(name)) throw fieldInvalid('bot.name', 'must be bots/ and a number');
      if (paths.length !== 1 || paths[0] !== 'assistant') {
        throw fieldInvalid('update_mask', 'must name "assistant", the one field that can be changed');
      }
      if (!ASSISTANT.test(assistant)) throw fieldInvalid('bot.assistant', 'must be assistants/ and the id of one');
      const record = await own(name, context);
      await checkAssistant(assistant, context, parts);
      const changed = await registry.assign(record.key, etag, assistant, ids.random());
      if (changed === undefined) throw etag === '' ? botNotFound(name) : botChanged(name);
      await fleet.look();
      return { bot: describe(changed) };
    },
    deleteBot: async ({ name, etag }, context) => {
      const record = await own(name, context);
      if (!(await registry.remove(record.key, etag, clock.now()))) {
        throw etag === '' ? botNotFound(name) : botChanged(name);
      }
      await fleet.look();
      return {};
    },
  });
}

/** Adds a bot, or gives the one that the same request added before. Throws `RpcError`. */
async function createBot(request: CreateBotRequest, context: CallContext, parts: BotServiceParts): Promise<BotRecord> {
  const { token, assistant, requestId } = request;
  const { registry, fleet, ofEnvironment, sealer, door, clock, ids } = parts;
  if (sealer === undefined) throw secretKeyMissing();
  const key = botIdOf(token);
  if (key === ofEnvironment?.id) throw botExists(`bots/${key}`);
  const requested = requestId === '' ? undefined : `${context.principal?.realm ?? context.caller} ${requestId}`;
  const before = await registry.get(key);
  if (before !== undefined) {
    if (requested === undefined || before.request !== requested) throw botExists(`bots/${key}`);
    const isSame = before.requestedAssistant === assistant && openSecrets(sealer, before).token === token;
    if (isSame) return before;
    throw requestIdReused();
  }
  await checkAssistant(assistant, context, parts);
  const username = await door.username(token, context.signal);
  if (username === undefined) throw tokenRefused();
  const record: BotRecord = {
    key,
    username,
    assistant,
    ...sealSecrets(sealer, key, { token, webhookSecret: ids.random() }),
    life: ids.random(),
    etag: ids.random(),
    createTime: clock.now(),
    requestedAssistant: assistant,
    ...(requested === undefined ? {} : { request: requested }),
  };
  const added = await registry.add(record);
  if (added === 'bot exists') throw botExists(`bots/${key}`);
  if (added === 'request exists') throw requestIdReused();
  await fleet.look();
  return record;
}

/** Throws `RpcError` for an assistant that is not there, or that the caller may not use. */
async function checkAssistant(name: string, context: CallContext, { assistants }: BotServiceParts): Promise<void> {
  if (!mayUse(context, name)) throw assistantNotFound(name);
  try {
    await assistants.getAssistant({ name }, { context });
  } catch (error) {
    const isAbsent = error instanceof RpcError && error.failure.code === 'NOT_FOUND';
    throw isAbsent ? assistantNotFound(name) : error;
  }
}

/** Whether the caller may see and change what belongs to an assistant. */
function mayUse({ principal }: CallContext, assistant: string | undefined): boolean {
  const allowed = principal?.assistants ?? [];
  return allowed.length === 0 || allowed.includes(assistant ?? '');
}

function idOf(name: string): string {
  return name.slice('bots/'.length);
}
