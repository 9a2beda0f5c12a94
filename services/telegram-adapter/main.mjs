// Runs the telegram-adapter service as a process of its own.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const [{ runService }, { telegramAdapterVariables }, { startTelegramAdapter }] = await Promise.all([
  import('#lib/service/process.ts'),
  import('./config.ts'),
  import('./service.ts'),
]);
await runService('telegram-adapter', telegramAdapterVariables, startTelegramAdapter);
