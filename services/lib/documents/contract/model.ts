import { expect } from 'chai';
import fc from 'fast-check';
import { ModelCollection } from '#lib/documents/contract/model-collection.ts';
import type { Loose, StoreUnderTest } from '#lib/documents/contract/subject.ts';
import type { Change, Collection, Condition, FindQuery, Value } from '#lib/documents/port.ts';

const INDEXES = [
  { name: 'rank', paths: ['rank', 'o.n'] },
  { name: 'name', paths: ['name'], unique: true },
];

type Step =
  | { readonly do: 'insert'; readonly document: Loose }
  | { readonly do: 'update'; readonly key: string; readonly condition: Condition; readonly change: Change }
  | { readonly do: 'delete'; readonly key: string; readonly condition: Condition }
  | { readonly do: 'find'; readonly query: FindQuery }
  | { readonly do: 'pass'; readonly ms: number };

const key = fc.constantFrom('a', 'b', 'ю', '😀', '\uff5e');
const number = fc.constantFrom(-2, -0.5, 0, 1, 2, 7, 1_700_000_000_000);
const text = fc.constantFrom('', 'a', 'B', 'б', '😀', '\uff5e', '1');
const scalar: fc.Arbitrary<string | number> = fc.oneof(number, text);
const anyScalar: fc.Arbitrary<string | number | boolean> = fc.oneof(scalar, fc.boolean());
const member = fc.record({ id: scalar, on: fc.boolean() });
const list = fc.array(fc.oneof(anyScalar, member), { maxLength: 4 });
const document = fc.record(
  { key, rank: anyScalar, name: text, o: fc.record({ n: number, s: text }, { requiredKeys: [] }), q: list },
  { requiredKeys: ['key'] },
) as fc.Arbitrary<Loose>;

const path = fc.constantFrom('rank', 'name', 'o.n', 'o.s', 'q', 'q.0', 'q.1.id', 'p');
const element = fc.oneof(scalar, fc.record({ id: scalar }), fc.record({ id: scalar, on: fc.boolean() }));
const test = fc.oneof(
  fc.record({ eq: anyScalar }),
  fc.record({ ne: anyScalar }),
  fc.record({ lt: scalar }),
  fc.record({ gte: scalar, lte: scalar }),
  fc.record({ gt: scalar }),
  fc.record({ in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ has: element }),
  fc.record({ lacks: element }),
);
const condition = fc.oneof(fc.constant({}), fc.dictionary(path, test, { maxKeys: 2 })) as fc.Arbitrary<Condition>;
const value: fc.Arbitrary<Value> = fc.oneof(anyScalar, list, fc.record({ n: number }));
const change = fc.oneof(
  fc.record({
    set: fc.dictionary(fc.constantFrom('rank', 'name', 'o.n', 'q.0', 'p.r'), value, { minKeys: 1, maxKeys: 3 }),
  }),
  fc.record({
    unset: fc.uniqueArray(fc.constantFrom('rank', 'name', 'o.s', 'q'), { maxLength: 3 }),
    inc: fc.dictionary(fc.constantFrom('o.n', 'p'), number, { maxKeys: 2 }),
  }),
  fc.record({ min: fc.record({ rank: number }), max: fc.record({ 'o.n': number }) }),
  fc.record({
    push: fc.record({ q: fc.oneof(fc.record({ value }), fc.record({ value, last: fc.integer({ min: 1, max: 3 }) })) }),
  }),
  fc.record({ pull: fc.record({ q: element }), set: fc.record({ 'o.s': text }) }),
) as fc.Arbitrary<Change>;
const order = fc.constantFrom('ascending' as const, 'descending' as const);
const limit = fc.integer({ min: 1, max: 4 });
const query = fc.oneof(
  fc.record({ index: fc.constantFrom('rank', 'name', 'key'), order, limit }),
  fc.record({ index: fc.constant('rank'), equal: fc.tuple(anyScalar), order, limit }),
  fc.record({
    index: fc.constantFrom('rank', 'name'),
    range: fc.record({ gte: scalar, lt: scalar }, { requiredKeys: [] }),
    order,
    limit,
  }),
) as fc.Arbitrary<FindQuery>;
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('insert' as const), document }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('update' as const), key, condition, change }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key, condition }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('find' as const), query }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 50) }) },
);

/** Random sequences of calls end as they do in a model of a few lines. */
export function modelContract(subject: StoreUnderTest): void {
  it('does what the model does, over random sequences of calls', async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const spec = { name: 'model', indexes: INDEXES, expiry: 'p' };
        const real = subject.fresh(spec);
        const model = new ModelCollection(spec, subject);
        for (const one of steps) {
          if (one.do === 'pass') subject.pass(one.ms);
          else expect(await outcome(real, one)).to.deep.equal(await outcome(model, one), JSON.stringify(one));
        }
      }),
      { numRuns: 60, interruptAfterTimeLimit: 4_000 },
    );
  });
}

/** What a call gives; pages are followed to their end, since positions are the adapter's own. */
async function outcome(collection: Collection<Loose>, step: Exclude<Step, { do: 'pass' }>): Promise<unknown> {
  try {
    switch (step.do) {
      case 'insert':
        return await collection.insert(step.document);
      case 'update':
        return await collection.update(step.key, step.condition, step.change);
      case 'delete':
        return await collection.delete(step.key, step.condition);
      case 'find':
        return await pages(collection, step.query);
    }
  } catch (error) {
    if (error instanceof TypeError) return 'TypeError';
    throw error;
  }
}

async function pages(collection: Collection<Loose>, query: FindQuery): Promise<(readonly Loose[])[]> {
  const found: (readonly Loose[])[] = [];
  for (let after: string | undefined, more = true; more; ) {
    const page = await collection.find(after === undefined ? query : { ...query, after });
    found.push(page.documents);
    after = page.next;
    more = after !== undefined;
  }
  return found;
}
