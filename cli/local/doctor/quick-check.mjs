// Looks at one file of an embedded store, as a process of its own, and prints what it found as JSON.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { quickCheck } = await import('./quick-check.ts');
process.stdout.write(JSON.stringify(quickCheck(process.argv[2])));
