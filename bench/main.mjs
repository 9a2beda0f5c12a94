// `npm run bench [NAME...]`: measures, and prints one table. Each line stands beside a baseline of the same run.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { bench } = await import('./main.ts');
await bench(process.argv.slice(2));
