import { openMongoStore } from '#lib/documents/mongo/store.ts';
import { startMongo } from '#testing/servers/mongo.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';
import { telegramButtonRules } from '#testing/telegram-button-rules.ts';
import { telegramReplicaRules } from '#testing/telegram-replica-rules.ts';
import { TelegramReplicas } from '#testing/telegram-replicas.ts';

describe('replicas of the telegram-adapter on MongoDB', () => {
  let mongo: RealServer | undefined;
  before(async function () {
    this.timeout(120_000);
    mongo = await startOrSkip(this, startMongo);
  });
  after(() => mongo?.[Symbol.asyncDispose]());
  const replicas = TelegramReplicas.inSuite({
    per: 'replica',
    open: (test) => {
      const { clock, log } = replicas.bench.host;
      return openMongoStore({ url: `${mongo?.url}test${test}`, service: 'telegram-adapter', clock, log });
    },
    heartbeat: { beatMs: 100, goneMs: 800 },
  });
  telegramReplicaRules(replicas);
  telegramButtonRules(replicas);
});
