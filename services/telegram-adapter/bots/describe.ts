import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Bot_Delivery, Bot_State, type BotSchema } from '#gen/otvet/telegram/v1/bot_pb.ts';
import type { BotRecord } from './registry.ts';

type Bot = MessageInitShape<typeof BotSchema>;

/** A bot of the registry for who manages it. `running` is what it says of itself where it runs in this replica; `problem` why it cannot. */
export function describeRecord(
  { key, username, assistant, etag, createTime }: BotRecord,
  delivery: 'polling' | 'webhook',
  running: Bot | undefined,
  problem: string | undefined,
): Bot {
  const state = problem === undefined ? Bot_State.CONNECTING : Bot_State.FAILING;
  return {
    delivery: delivery === 'webhook' ? Bot_Delivery.WEBHOOK : Bot_Delivery.LONG_POLL,
    state,
    problem: problem ?? '',
    ...running,
    name: `bots/${key}`,
    username: running?.username || username,
    assistant,
    etag,
    createTime: timestampFromMs(createTime),
  };
}
