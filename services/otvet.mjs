// Runs all five services in one process on the embedded parts: `npm start`.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { runOtvet } = await import('./otvet.ts');
await runOtvet(process.env);
