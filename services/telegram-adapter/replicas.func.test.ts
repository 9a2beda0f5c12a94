import { openSqliteStore } from '#lib/documents/sqlite/store.ts';
import { type TemporaryFolder, temporaryFolder } from '#testing/folders.ts';
import { telegramButtonRules } from '#testing/telegram-button-rules.ts';
import { telegramReplicaRules } from '#testing/telegram-replica-rules.ts';
import { TelegramReplicas } from '#testing/telegram-replicas.ts';

describe('replicas of the telegram-adapter', () => {
  let folder: TemporaryFolder;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => folder[Symbol.asyncDispose]());
  const replicas = TelegramReplicas.inSuite({
    per: 'test',
    open: (test) => openSqliteStore({ ...replicas.bench.host, file: folder.file(`${test}.sqlite`) }),
    heartbeat: { beatMs: 50, goneMs: 400 },
  });
  telegramReplicaRules(replicas);
  telegramButtonRules(replicas);
});
