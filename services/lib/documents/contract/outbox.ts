import { expect } from 'chai';
import { entry, type StoreUnderTest } from '#lib/documents/contract/subject.ts';
import type { Untold } from '#lib/documents/port.ts';

/** What a document has to tell is written with it, and kept until it is settled. */
export function outboxContract(subject: StoreUnderTest): void {
  describe('outbox', () => {
    const untoldOf = async (collection: string): Promise<Untold[]> =>
      (await subject.store.untold(1_000)).filter((untold) => untold.collection === collection);

    it('is told from insert, update and delete, in order', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a' }, { outbox: [entry('01'), entry('02')] });
      await things.update('a', {}, { set: { n: 1 } }, { outbox: [entry('03')] });
      await things.delete('a', {}, { outbox: [{ ...entry('04'), traceparent: '00-1-2-01' }] });
      const entries = [entry('01'), entry('02'), entry('03'), { ...entry('04'), traceparent: '00-1-2-01' }];
      expect(await untoldOf(things.name)).to.deep.equal([{ collection: things.name, key: 'a', entries }]);
    });

    it('is no field of the document', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a', n: 1 }, { outbox: [entry('01')] });
      const updated = await things.update('a', {}, { inc: { n: 1 } }, { outbox: [entry('02')] });
      expect(updated).to.deep.equal({ ok: true, document: { key: 'a', n: 2 } });
      expect(await things.get('a')).to.deep.equal({ key: 'a', n: 2 });
      expect(await things.delete('a', {})).to.deep.equal({ ok: true, document: { key: 'a', n: 2 } });
    });

    it('is not told by a write that did nothing', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a', n: 1 });
      await things.insert({ key: 'a' }, { outbox: [entry('01')] });
      await things.update('a', { n: { eq: 2 } }, {}, { outbox: [entry('02')] });
      await things.delete('a', { n: { eq: 2 } }, { outbox: [entry('03')] });
      expect(await untoldOf(things.name)).to.deep.equal([]);
    });

    it('of a deleted document stays, and the document is absent', async () => {
      const things = subject.fresh({ indexes: [{ name: 'name', paths: ['name'], unique: true }] });
      await things.insert({ key: 'a', name: 'x' }, { outbox: [entry('01')] });
      expect(await things.delete('a', {})).to.have.property('ok', true);
      expect(await things.get('a')).to.equal(undefined);
      expect((await things.find({ index: 'key', limit: 10 })).documents).to.deep.equal([]);
      expect((await things.find({ index: 'name', limit: 10 })).documents).to.deep.equal([]);
      expect(await things.update('a', {}, {})).to.have.property('ok', false);
      expect(await things.delete('a', {})).to.have.property('ok', false);
      expect(await untoldOf(things.name)).to.have.length(1);
      expect(await things.insert({ key: 'b', name: 'x' })).to.deep.equal({ ok: true });
    });

    it('goes on when the key is used again', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a', n: 1 }, { outbox: [entry('01')] });
      await things.delete('a', {}, { outbox: [entry('02')] });
      expect(await things.insert({ key: 'a', n: 2 }, { outbox: [entry('03')] })).to.deep.equal({ ok: true });
      const [untold] = await untoldOf(things.name);
      expect(untold?.entries.map(({ id }) => id)).to.deep.equal(['01', '02', '03']);
      await subject.store.settle(things.name, 'a', ['01', '02', '03']);
      expect(await things.get('a')).to.deep.equal({ key: 'a', n: 2 });
      await things.delete('a', {}, { outbox: [entry('04')] });
      expect(await things.insert({ key: 'a' })).to.deep.equal({ ok: true });
      expect((await untoldOf(things.name))[0]?.entries.map(({ id }) => id)).to.deep.equal(['04']);
    });

    it('loses what is settled, and only that', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a' }, { outbox: [entry('01'), entry('02')] });
      await things.update('a', {}, {}, { outbox: [entry('03')] });
      await subject.store.settle(things.name, 'a', ['01', '02', 'unknown']);
      expect((await untoldOf(things.name))[0]?.entries).to.deep.equal([entry('03')]);
      await subject.store.settle(things.name, 'a', ['03']);
      expect(await untoldOf(things.name)).to.deep.equal([]);
      expect(await things.get('a')).to.deep.equal({ key: 'a' });
      await subject.store.settle(things.name, 'a', ['03']);
      await subject.store.settle(things.name, 'absent', ['03']);
    });

    it('is read oldest first over all collections, up to a limit', async () => {
      const [some, others] = [subject.fresh(), subject.fresh()];
      await some.insert({ key: 'b' }, { outbox: [entry('!3')] });
      await others.insert({ key: 'c' }, { outbox: [entry('!1'), entry('!9')] });
      await some.insert({ key: 'a' }, { outbox: [entry('!2')] });
      const untold = await subject.store.untold(2);
      expect(untold.map(({ collection, key }) => [collection, key])).to.deep.equal([
        [others.name, 'c'],
        [some.name, 'a'],
      ]);
    });

    it('wakes listeners after acknowledged writes', async () => {
      const things = subject.fresh();
      let calls = 0;
      const unsubscribe = subject.store.onUntold(() => {
        calls++;
      });
      await things.insert({ key: 'a' }, { outbox: [entry('01')] });
      expect(calls).to.equal(1);
      await things.insert({ key: 'a' }, { outbox: [entry('02')] });
      await things.update('a', {}, { inc: { n: 1 } });
      expect(calls).to.equal(1);
      await things.delete('a', {}, { outbox: [entry('03')] });
      expect(calls).to.equal(2);
      unsubscribe();
      await things.insert({ key: 'b' }, { outbox: [entry('04')] });
      expect(calls).to.equal(2);
    });
  });
}
