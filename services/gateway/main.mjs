// Runs the gateway service as a process of its own.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const [{ runService }, { gatewayVariables }, { startGateway }] = await Promise.all([
  import('#lib/service/process.ts'),
  import('./config.ts'),
  import('./service.ts'),
]);
await runService('gateway', gatewayVariables, startGateway);
