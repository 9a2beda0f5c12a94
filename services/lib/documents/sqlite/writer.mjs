// The entry of the writer thread. Plain JavaScript, so that compiled code is at hand before TypeScript is loaded:
// without it each thread would hold a TypeScript parser (10 MB).
import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';

if (workerData.compileCache) enableCompileCache(workerData.compileCache);
await import('./writer.ts');
