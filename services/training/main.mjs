// Runs the training service as a process of its own.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const [{ runService }, { trainingVariables }, { startTraining }] = await Promise.all([
  import('#lib/service/process.ts'),
  import('./config.ts'),
  import('./service.ts'),
]);
await runService('training', trainingVariables, startTraining);
