import { type Row, table } from './table.ts';

/** A measurement and what it needs to run. Each loads only when it is asked for. */
const BENCHES: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  retrieval: async () => (await import('./retrieval.ts')).run(),
  documents: async () => (await import('./documents.ts')).run(),
  mongodb: async () => (await import('./documents-mongo.ts')).run(),
  quality: async () => (await import('./quality.ts')).run(),
  rendering: async () => (await import('./rendering.ts')).run(),
  rpc: async () => (await import('./rpc.ts')).run(),
  events: async () => (await import('./events.ts')).run(),
  start: async () => (await import('./start.ts')).run(),
  overhead: async () => (await import('./overhead.ts')).run(),
  parts: async () => (await import('./parts.ts')).run(),
};

/** Runs the named benches, or all of them one after the other, and prints their rows as one table. */
export async function bench(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in BENCHES));
  if (unknown.length > 0) {
    process.stderr.write(`There is no bench ${unknown.join(', ')}; there are: ${Object.keys(BENCHES).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  const rows: Row[] = [];
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    process.stderr.write(`measuring: ${name} ...\n`);
    rows.push(...((await BENCHES[name]?.()) ?? []));
  }
  process.stdout.write(`\n${table(rows)}\n`);
}
