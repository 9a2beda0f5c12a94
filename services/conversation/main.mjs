// Runs the conversation service as a process of its own.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const [{ runService }, { conversationVariables }, { startConversation }] = await Promise.all([
  import('#lib/service/process.ts'),
  import('./config.ts'),
  import('./service.ts'),
]);
await runService('conversation', conversationVariables, startConversation);
