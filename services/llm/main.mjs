// Runs the llm service as a process of its own.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const [{ runService }, { llmVariables }, { startLlm }] = await Promise.all([
  import('#lib/service/process.ts'),
  import('./config.ts'),
  import('./service.ts'),
]);
await runService('llm', llmVariables, startLlm);
