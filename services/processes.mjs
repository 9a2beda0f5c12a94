// Runs the five services as five processes of this machine: `npm run start:services`.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { runProcesses } = await import('./processes.ts');
await runProcesses(process.env);
