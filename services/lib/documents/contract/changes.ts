import { expect } from 'chai';
import { refused, type StoreUnderTest } from '#lib/documents/contract/subject.ts';
import type { Change, Value } from '#lib/documents/port.ts';

/** Every change, by what becomes of one document. */
export function changesContract(subject: StoreUnderTest): void {
  describe('changes', () => {
    let things: ReturnType<StoreUnderTest['fresh']>;
    let count = 0;
    before(() => {
      things = subject.fresh({ indexes: [{ name: 'name', paths: ['name'], unique: true }] });
    });

    type Fields = { readonly [field: string]: Value };
    const becomes = (what: string, before: Fields, change: Change, after: Fields): void => {
      it(what, async () => {
        const key = `k${count++}`;
        await things.insert({ key, ...before });
        expect(await things.update(key, {}, change)).to.deep.equal({ ok: true, document: { key, ...after } });
        expect(await things.get(key)).to.deep.equal({ key, ...after });
      });
    };
    const refuses = (what: string, before: Fields, change: Change, message: RegExp): void => {
      it(what, async () => {
        const key = `k${count++}`;
        await things.insert({ key, ...before });
        await refused(things.update(key, {}, change), message);
        expect(await things.get(key)).to.deep.equal({ key, ...before });
      });
    };

    becomes(
      'set puts values of every type',
      { a: 1 },
      { set: { a: 'x', b: true, c: [1, { d: 2 }], e: { f: false } } },
      { a: 'x', b: true, c: [1, { d: 2 }], e: { f: false } },
    );
    becomes(
      'set makes the objects on the way',
      {},
      { set: { 'a.b.c': 1, 'a.b.d': 'x' } },
      { a: { b: { c: 1, d: 'x' } } },
    );
    becomes('set leaves the neighbours', { a: { b: 1, c: 2 } }, { set: { 'a.b': 3 } }, { a: { b: 3, c: 2 } });
    becomes(
      'set reaches into arrays',
      { q: [{ s: 'a' }, { s: 'b' }] },
      { set: { 'q.1.s': 'c' } },
      { q: [{ s: 'a' }, { s: 'c' }] },
    );
    becomes(
      'set keeps text that looks like JSON',
      {},
      { set: { a: '{"x":1}', b: '[1]', c: 'true' } },
      { a: '{"x":1}', b: '[1]', c: 'true' },
    );
    becomes(
      'unset removes, and minds nothing absent',
      { a: 1, b: { c: 1, d: 2 } },
      { unset: ['a', 'b.c', 'z', 'y.z'] },
      { b: { d: 2 } },
    );
    becomes(
      'inc adds, from 0 where absent',
      { n: 2, f: 0.5 },
      { inc: { n: 3, f: -0.25, 'new.m': -1 } },
      { n: 5, f: 0.25, new: { m: -1 } },
    );
    becomes('min lowers or puts', { n: 5, m: 1 }, { min: { n: 3, m: 3, o: 3 } }, { n: 3, m: 1, o: 3 });
    becomes('max raises or puts', { n: 5, m: 1 }, { max: { n: 3, m: 3.5, o: 3 } }, { n: 5, m: 3.5, o: 3 });
    becomes(
      'push appends, to nothing too',
      { q: [1] },
      { push: { q: { value: { a: 'x' } }, r: { value: 'y' }, 'p.q': { value: true } } },
      { q: [1, { a: 'x' }], r: ['y'], p: { q: [true] } },
    );
    becomes(
      'push keeps the last',
      { q: [1, 'two', true, { n: [3] }, [4]] },
      { push: { q: { value: false, last: 4 } } },
      { q: [true, { n: [3] }, [4], false] },
    );
    becomes('push keeps all where there are fewer', {}, { push: { q: { value: 'a', last: 3 } } }, { q: ['a'] });
    becomes(
      'pull removes all that match',
      { q: [1, 'a', { id: 'a', n: 1 }, { id: 'a' }, true, 'a'], e: [2] },
      { pull: { q: 'a', e: 2 } },
      { q: [1, { id: 'a', n: 1 }, { id: 'a' }, true], e: [] },
    );
    becomes(
      'pull picks objects by fields',
      { q: [{ id: 'a', n: 1, b: true }, { id: 'a', n: 2 }, 'a'] },
      { pull: { q: { id: 'a', n: 1, b: true } } },
      { q: [{ id: 'a', n: 2 }, 'a'] },
    );
    becomes('pull leaves an absent path absent', { a: 1 }, { pull: { q: 'x', 'b.c': 1 } }, { a: 1 });
    becomes(
      'all kinds together',
      { n: 1, q: [1], old: 1 },
      { set: { a: 1 }, unset: ['old'], inc: { n: 1 }, push: { q: { value: 2 } }, max: { m: 9 } },
      { n: 2, q: [1, 2], a: 1, m: 9 },
    );
    becomes('none at all', { a: 1 }, {}, { a: 1 });

    refuses('inc of what is no number', { s: 'x', n: 1 }, { inc: { n: 1, s: 1 } }, /s/);
    refuses('max of a boolean', { b: true }, { max: { b: 1 } }, /b/);
    refuses('push to what is no array', { s: 'x' }, { push: { s: { value: 1 } } }, /s/);
    refuses('pull from what is no array', { o: { a: 1 } }, { pull: { o: 1 } }, /o/);
    refuses('set inside what is no object', { s: 'x' }, { set: { 's.a': 1 } }, /s/);
    refuses('push that keeps none', { q: [1] }, { push: { q: { value: 1, last: 0 } } }, /last/);

    it('that write to an array position need it', async () => {
      await things.insert({ key: 'positions', q: [1], o: {} });
      for (const path of ['q.1', 'q.1.a', 'none.0', 'o.0']) {
        const result = await things.update('positions', {}, { set: { [path]: 1 } });
        expect(result).to.deep.equal({ ok: false, reason: 'unmatched' });
      }
      expect(await things.get('positions')).to.deep.equal({ key: 'positions', q: [1], o: {} });
    });

    it('need the document', async () => {
      expect(await things.update('absent', {}, { set: { a: 1 } })).to.deep.equal({ ok: false, reason: 'unmatched' });
      expect(await things.delete('absent', {})).to.deep.equal({ ok: false, reason: 'unmatched' });
    });

    it('that make a duplicate do nothing, and name the index', async () => {
      await things.insert({ key: 'one', name: 'x' });
      await things.insert({ key: 'two', name: 'y' });
      const duplicate = { ok: false, reason: 'duplicate', index: 'name' };
      expect(await things.update('two', {}, { set: { name: 'x', a: 1 } })).to.deep.equal(duplicate);
      expect(await things.insert({ key: 'three', name: 'x' })).to.deep.equal(duplicate);
      expect(await things.insert({ key: 'one', name: 'x' })).to.deep.equal({ ...duplicate, index: 'key' });
      expect(await things.get('two')).to.deep.equal({ key: 'two', name: 'y' });
      await things.delete('one', {});
      expect(await things.update('two', {}, { set: { name: 'x' } })).to.have.property('ok', true);
    });

    it('free the unique values that they take away', async () => {
      await things.insert({ key: 'mover', name: 'old' });
      await things.insert({ key: 'loser', name: 'lost' });
      await things.update('mover', {}, { set: { name: 'new' } });
      await things.update('loser', {}, { unset: ['name'] });
      expect(await things.insert({ key: 'old', name: 'old' })).to.deep.equal({ ok: true });
      expect(await things.insert({ key: 'lost', name: 'lost' })).to.deep.equal({ ok: true });
      const duplicate = { ok: false, reason: 'duplicate', index: 'name' };
      expect(await things.insert({ key: 'again', name: 'old' })).to.deep.equal(duplicate);
      expect(await things.update('mover', {}, { set: { name: 'lost' } })).to.deep.equal(duplicate);
      expect(await things.find({ index: 'name', equal: ['old'], limit: 9 })).to.deep.equal({
        documents: [{ key: 'old', name: 'old' }],
      });
    });
  });
}
