import { expect } from 'chai';
import { type Loose, refused, type StoreUnderTest } from '#lib/documents/contract/subject.ts';

/** What a document may hold, and that it comes back as it was. */
export function valuesContract(subject: StoreUnderTest): void {
  describe('values', () => {
    it('come back as they were', async () => {
      const things = subject.fresh();
      const document: Loose = {
        key: 'k/ü😀',
        text: 'a "b" \\ \n \u0000 привет 😀',
        whole: 9_007_199_254_740_991,
        negative: -3,
        part: 0.1 + 0.2,
        tiny: 5e-324,
        huge: 1e300,
        large: 1e17,
        yes: true,
        no: false,
        empty: '',
        list: [1, 'a', true, [2, []], { deep: { er: 'x' } }],
        object: {},
      };
      expect(await things.insert(document)).to.deep.equal({ ok: true });
      expect(await things.get('k/ü😀')).to.deep.equal(document);
    });

    it('leave out fields that are undefined', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a', inside: { kept: 1, left: undefined } });
      expect(await things.get('a')).to.deep.equal({ key: 'a', inside: { kept: 1 } });
    });

    it('put U+FFFD for halves of surrogate pairs', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a', text: 'x\ud83d' });
      await things.update('a', {}, { set: { more: 'y\ude00', list: ['z\ud83d'] } });
      expect(await things.get('a')).to.deep.equal({ key: 'a', text: 'x�', more: 'y�', list: ['z�'] });
    });

    it('refuse what is no value, naming the path', async () => {
      const things = subject.fresh();
      const insert = (fields: object): Promise<unknown> => things.insert({ key: 'a', ...fields } as Loose);
      await refused(insert({ a: { b: null } }), /a\.b/);
      await refused(insert({ a: [1, undefined] }), /a\.1/);
      await refused(insert({ a: Number.NaN }), /a/);
      await refused(insert({ a: { b: new Date(0) } }), /a\.b/);
      await refused(insert({ a: 1n }), /a/);
      await refused(insert({ a: { 'b.c': 1 } }), /b\.c/);
      await refused(insert({ $a: 1 }), /\$a/);
      await refused(insert({ outbox: [] }), /outbox/);
      await refused(things.update('a', {}, { set: { x: null as unknown as string } }), /x/);
      expect(await things.get('a')).to.equal(undefined);
    });

    it('refuse keys of no bytes and of more than 512', async () => {
      const things = subject.fresh();
      await refused(things.insert({ key: '' }), /key/);
      await refused(things.insert({ key: 'ü'.repeat(257) }), /key/);
      expect(await things.insert({ key: 'ü'.repeat(256) })).to.deep.equal({ ok: true });
    });

    it('refuse a document over 1 MiB, on insert and on update', async () => {
      const things = subject.fresh();
      const most = 1_048_576 - 40;
      await refused(things.insert({ key: 'a', text: 'x'.repeat(1_048_577) }), /1048576/);
      await refused(things.insert({ key: 'a', text: 'я'.repeat(600_000) }), /1048576/);
      expect(await things.insert({ key: 'a', text: 'x'.repeat(most) })).to.deep.equal({ ok: true });
      await refused(things.update('a', {}, { set: { more: 'x'.repeat(100) } }), /1048576/);
      expect(await things.get('a')).to.deep.equal({ key: 'a', text: 'x'.repeat(most) });
    });

    it('refuse paths against the rules', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a', n: 1, list: [1] });
      const change = (path: string): Promise<unknown> => things.update('a', {}, { inc: { [path]: 1 } });
      for (const path of ['', '.', 'a.', '0.a', 'a b', 'a.$b', "a'", 'key', 'outbox', 'outbox.0.id', 'a.-1', 'a.01']) {
        await refused(change(path), /path|taken/);
        await refused(things.update('a', { [path]: { exists: true } }, {}), /path|taken/);
      }
      await refused(things.update('a', {}, { set: { n: 1 }, inc: { n: 1 } }), /n/);
      await refused(things.update('a', {}, { set: { o: {} }, inc: { 'o.n': 1 } }), /o/);
      await refused(things.update('a', {}, { unset: ['list.0'] }), /list\.0/);
      expect(await things.get('a')).to.deep.equal({ key: 'a', n: 1, list: [1] });
    });
  });
}
