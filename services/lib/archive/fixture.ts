import { join } from 'node:path';
import fc from 'fast-check';
import { openParts, type Parts } from '#lib/archive/open.ts';
import { type Restored, restoreArchive } from '#lib/archive/restoring.ts';
import { archiveLines } from '#lib/archive/writing.ts';
import { fileBlobArchive } from '#lib/blobs/archive.ts';
import type { Clock } from '#lib/clock.ts';
import type { StoreConfig } from '#lib/documents/open.ts';
import type { CollectionSpec, Document, OutboxEntry, Value } from '#lib/documents/port.ts';
import { openSqliteStore } from '#lib/documents/sqlite/store.ts';

/** For tests: what archives are made of and put into. */
export const SERVICES = ['red', 'blue'];
export const NOW = 1_700_000_000_000;

export interface Thing extends Document {
  readonly value?: Value;
  readonly name?: string;
  readonly end?: number;
}

export const THINGS: CollectionSpec<Thing> = {
  name: 'things',
  indexes: [{ name: 'name', paths: ['name'], unique: true }],
  expiry: 'end',
};

/** A document, and what becomes of it after it was inserted. */
export interface Life {
  readonly thing: Thing;
  readonly tells: readonly OutboxEntry[];
  readonly fate: 'stays' | 'deleted' | 'deleted and told';
}

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\u2028', '\u0000', '\r', '"\\', '😀', 'ё'));
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger());
const value = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    number,
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,4}$/), tie('value'), { maxKeys: 3 }),
  ),
})).value;
const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((one) => !one.includes('\u0000'));
const entry: fc.Arbitrary<OutboxEntry> = fc.record(
  {
    id: fc.uuid(),
    type: fc.constant('otvet.test.v1.Changed'),
    subject: text,
    time: fc.nat(),
    data: fc.base64String(),
    traceparent: fc.constant('00-1-2-01'),
  },
  { requiredKeys: ['id', 'type', 'subject', 'time', 'data'] },
);

/** Any documents of a store, no two of one key. */
export const lives: fc.Arbitrary<readonly Life[]> = fc.uniqueArray(
  fc.record({
    thing: fc.record(
      { key, value, end: fc.constantFrom(NOW - 1, NOW + 1e9) },
      { requiredKeys: ['key'] },
    ) as fc.Arbitrary<Thing>,
    tells: fc.array(entry, { maxLength: 2 }),
    fate: fc.constantFrom('stays' as const, 'deleted' as const, 'deleted and told' as const),
  }),
  { selector: ({ thing }) => thing.key, maxLength: 20 },
);

export function embedded(dataDir: string): StoreConfig {
  return { dataDir, mongodbUrl: undefined };
}

/** Lives these lives in the embedded store of a service, and keeps these blobs beside it. */
export async function fill(
  dataDir: string,
  service: string,
  all: readonly Life[],
  blobs: readonly Uint8Array[] = [],
): Promise<void> {
  // What is to expire does so later: everything can be inserted first.
  const clock: Clock = { now: () => NOW - 10 };
  const log = { warn: () => undefined };
  await using store = await openSqliteStore({ file: join(dataDir, `${service}.sqlite`), clock, log });
  const things = store.collection(THINGS);
  store.collection({ name: 'empty', indexes: [] });
  await Promise.all(
    all.map(async ({ thing, tells, fate }) => {
      await things.insert({ ...thing, name: thing.key }, { outbox: tells });
      if (fate !== 'stays') await things.delete(thing.key, {});
      const ids = tells.map(({ id }) => id);
      if (fate === 'deleted and told' && ids.length > 0) await store.settle('things', thing.key, ids);
    }),
  );
  for (const blob of blobs) await (await fileBlobArchive(join(dataDir, `${service}-blobs`)).open()).put(blob);
}

/** All lines of an archive of these stores. */
export async function archiveOf(config: StoreConfig): Promise<readonly string[]> {
  await using stores = await openParts(SERVICES, config, false);
  const lines = archiveLines(
    stores.parts,
    NOW,
    () => undefined,
    () => undefined,
  );
  return (await Array.fromAsync(lines)).map((line) => line.slice(0, -1));
}

/** Restores an archive, as `otvet import --all` does. */
export async function restoreInto(
  config: StoreConfig,
  lines: readonly string[],
  { now = NOW, signal = new AbortController().signal } = {},
): Promise<Restored> {
  await using held = new AsyncDisposableStack();
  return await restoreArchive({
    lines: () => each(lines),
    open: async (services) => {
      const stores: Parts = held.use(await openParts(services, config, true));
      return stores.parts;
    },
    now: () => now,
    onProgress: () => undefined,
    signal,
  });
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
