import { expect } from 'chai';
import { type Loose, refused, type StoreUnderTest } from '#lib/documents/contract/subject.ts';
import type { Collection, FindQuery } from '#lib/documents/port.ts';

/** Reading by index: what is found, in which order, page by page. */
export function findContract(subject: StoreUnderTest): void {
  describe('find', () => {
    const spec = {
      indexes: [
        { name: 'room', paths: ['room', 'time', 'rank'] },
        { name: 'value', paths: ['value'] },
        { name: 'name', paths: ['name', 'part'], unique: true },
        { name: 'turn', paths: ['turn.id'] },
      ],
    };
    const filled = async (documents: readonly Loose[]): Promise<Collection<Loose>> => {
      const things = subject.fresh(spec);
      await Promise.all(documents.map((document) => things.insert(document)));
      return things;
    };
    const keys = async (things: Collection<Loose>, query: Omit<FindQuery, 'limit'>, limit = 100): Promise<string[]> =>
      (await things.find({ ...query, limit })).documents.map(({ key }) => key);
    const allKeys = async (things: Collection<Loose>, query: FindQuery): Promise<string[]> => {
      const found: string[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const page = await things.find(after === undefined ? query : { ...query, after });
        expect(page.documents.length).to.be.at.most(query.limit);
        found.push(...page.documents.map(({ key }) => key));
        after = page.next;
        more = after !== undefined;
      }
      return found;
    };

    it('orders by the paths, then by key', async () => {
      const things = await filled([
        { key: 'd', room: 'r', time: 2 },
        { key: 'b', room: 'r', time: 1 },
        { key: 'a', room: 'r', time: 10 },
        { key: 'c', room: 'r', time: 2 },
        { key: 'x', room: 's', time: 0 },
        { key: 'y', time: 0 },
      ]);
      expect(await keys(things, { index: 'room', equal: ['r'] })).to.deep.equal(['b', 'c', 'd', 'a']);
      expect(await keys(things, { index: 'room', equal: ['r'], order: 'descending' })).to.deep.equal([
        'a',
        'd',
        'c',
        'b',
      ]);
      expect(await keys(things, { index: 'room' })).to.deep.equal(['b', 'c', 'd', 'a', 'x']);
      expect(await keys(things, { index: 'room', order: 'descending' }, 2)).to.deep.equal(['x', 'a']);
      expect(await keys(things, { index: 'room', equal: ['r', 2] })).to.deep.equal(['c', 'd']);
      expect(await keys(things, { index: 'room', equal: ['t'] })).to.deep.equal([]);
    });

    it('takes ranges on the path after the equal ones', async () => {
      const times = [1, 2, 3, 4, 5];
      const things = await filled([
        ...times.map((time) => ({ key: `k${time}`, room: 'r', time })),
        { key: 'none', room: 'r' },
        { key: 'text', room: 'r', time: 'late' },
      ]);
      const found = (range: NonNullable<FindQuery['range']>, order?: 'descending'): Promise<string[]> =>
        keys(things, { index: 'room', equal: ['r'], range, ...(order && { order }) });
      expect(await found({ gt: 2, lte: 4 })).to.deep.equal(['k3', 'k4']);
      expect(await found({ gte: 4 }, 'descending')).to.deep.equal(['k5', 'k4']);
      expect(await found({ lt: 2 })).to.deep.equal(['k1']);
      expect(await found({ gte: '' })).to.deep.equal(['text']);
      expect(await found({ lt: 'z' })).to.deep.equal(['text']);
      expect(await keys(things, { index: 'room', range: { gt: 'a', lt: 's' } })).to.have.length(7);
      expect(await keys(things, { index: 'key', range: { gte: 'k2', lt: 'k4' } })).to.deep.equal(['k2', 'k3']);
      expect(await keys(things, { index: 'key', equal: ['k2'] })).to.deep.equal(['k2']);
      expect(await keys(things, { index: 'room', equal: ['r', 3], range: { gt: 'k3' } })).to.deep.equal([]);
    });

    it('orders absent before numbers before text before booleans', async () => {
      const values = [undefined, -1e300, -1, 0, 0.5, 2, 10, 1e17, '', 'B', 'a', false, true];
      const things = await filled(
        values.map((time, i) => ({ key: `k${99 - i}`, room: 'r', ...(time !== undefined && { time }) })),
      );
      const query = { index: 'room', equal: ['r'] };
      const expected = values.map((_, i) => `k${99 - i}`);
      expect(await keys(things, query)).to.deep.equal(expected);
      expect(await allKeys(things, { ...query, limit: 2 })).to.deep.equal(expected);
      expect(await allKeys(things, { ...query, limit: 3, order: 'descending' })).to.deep.equal([...expected].reverse());
      expect(await keys(things, { index: 'room', equal: ['r', true] })).to.deep.equal(['k87']);
      expect(await keys(things, { index: 'room', equal: ['r', 1] })).to.deep.equal([]);
    });

    it('orders text by its UTF-8 bytes', async () => {
      // By UTF-16 units U+1F600 would come before U+FF5E; by letters б before Я and a before B.
      const texts = ['', '\u0000', 'B', 'a', 'a\u0000', 'aa', 'é', 'Я', 'б', '\ud7ff', '\uff5e', '😀'];
      const things = await filled(texts.map((value, i) => ({ key: `k${99 - i}`, value })));
      expect((await things.find({ index: 'value', limit: 100 })).documents.map(({ value }) => value)).to.deep.equal(
        texts,
      );
      const named = subject.fresh();
      await Promise.all(texts.slice(1).map((key) => named.insert({ key })));
      expect(await keys(named, { index: 'key' })).to.deep.equal(texts.slice(1));
      expect(await keys(named, { index: 'key', order: 'descending', range: { gt: 'б' } })).to.deep.equal(
        texts.slice(9).reverse(),
      );
    });

    it('looks into objects, and passes over arrays and objects', async () => {
      const things = await filled([
        { key: 'a', turn: { id: 't1' } },
        { key: 'b', turn: { id: ['t1'] } },
        { key: 'c', turn: { id: { t1: 1 } } },
        { key: 'd', turn: 't1' },
      ]);
      expect(await keys(things, { index: 'turn' })).to.deep.equal(['a']);
    });

    it('follows changes and deletes', async () => {
      const things = await filled([
        { key: 'a', value: 1 },
        { key: 'b', value: 2 },
        { key: 'c', value: 3 },
      ]);
      await things.update('a', {}, { set: { value: 9 } });
      await things.update('b', {}, { unset: ['value'] });
      expect(await keys(things, { index: 'value' })).to.deep.equal(['c', 'a']);
      await things.delete('c', {});
      expect(await keys(things, { index: 'value' })).to.deep.equal(['a']);
    });

    it('pages stay in place while documents come and go', async () => {
      const things = await filled([10, 20, 30, 40, 50].map((value) => ({ key: `k${value}`, value })));
      const first = await things.find({ index: 'value', limit: 2 });
      expect(first.documents.map(({ key }) => key)).to.deep.equal(['k10', 'k20']);
      await things.insert({ key: 'k05', value: 5 });
      await things.insert({ key: 'k35', value: 35 });
      await things.delete('k20', {});
      const rest = await things.find({ index: 'value', limit: 10, after: first.next as string });
      expect(rest.documents.map(({ key }) => key)).to.deep.equal(['k30', 'k35', 'k40', 'k50']);
      expect(rest.next).to.equal(undefined);
    });

    it('pages end: no next on the last page, even a full one', async () => {
      const things = await filled([1, 2, 3, 4].map((value) => ({ key: `k${value}`, value })));
      const first = await things.find({ index: 'value', limit: 2 });
      const second = await things.find({ index: 'value', limit: 2, after: first.next as string });
      expect(second.documents).to.have.length(2);
      expect(second.next).to.equal(undefined);
    });

    it('pages through equal values, by key', async () => {
      const documents = Array.from({ length: 30 }, (_, i) => ({ key: `k${10 + i}`, room: 'r', time: i % 3 }));
      const things = await filled(documents);
      const expected = [0, 1, 2].flatMap((time) => documents.filter((one) => one.time === time).map(({ key }) => key));
      expect(await allKeys(things, { index: 'room', equal: ['r'], limit: 7 })).to.deep.equal(expected);
      expect(await allKeys(things, { index: 'key', limit: 7 })).to.deep.equal(documents.map(({ key }) => key));
    });

    it('holds unique indexes over all paths, the absent ones too', async () => {
      const things = await filled([{ key: 'a', name: 'x', part: 1 }]);
      expect(await things.insert({ key: 'b', name: 'x', part: 2 })).to.have.property('ok', true);
      expect(await things.insert({ key: 'c', name: 'x' })).to.have.property('ok', true);
      const duplicate = { ok: false, reason: 'duplicate', index: 'name' };
      expect(await things.insert({ key: 'd', name: 'x' })).to.deep.equal(duplicate);
      expect(await things.insert({ key: 'e', name: 'x', part: 1 })).to.deep.equal(duplicate);
      expect(await things.insert({ key: 'f', part: 1 })).to.have.property('ok', true);
      expect(await things.insert({ key: 'g', part: 1 })).to.have.property('ok', true);
      expect(await allKeys(things, { index: 'name', limit: 1 })).to.deep.equal(['c', 'a', 'b']);
    });

    it('refuses what it cannot answer', async () => {
      const things = await filled([1, 2].map((value) => ({ key: `k${value}`, value, room: 'r' })));
      await refused(things.find({ index: 'none', limit: 1 }), /none/);
      await refused(things.find({ index: 'value', limit: 0 }), /limit/);
      await refused(things.find({ index: 'value', limit: 1001 }), /limit/);
      await refused(things.find({ index: 'value', equal: [1, 'a', 2], limit: 1 }), /value/);
      await refused(things.find({ index: 'value', limit: 1, after: 'nonsense' }), /after/);
      const { next } = await things.find({ index: 'room', limit: 1 });
      await refused(things.find({ index: 'value', limit: 1, after: next as string }), /after/);
    });
  });
}
