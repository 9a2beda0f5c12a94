// `npm run chaos`: asks hundreds of questions while processes die and connections break, then checks what always holds.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { chaos } = await import('./main.ts');
await chaos(process.argv.slice(2));
