import { expect } from 'chai';
import { entry, type StoreUnderTest } from '#lib/documents/contract/subject.ts';

/** What has expired is absent for every call, whether it was removed yet or not. */
export function expiryContract(subject: StoreUnderTest): void {
  describe('expiry', () => {
    const fresh = (): ReturnType<StoreUnderTest['fresh']> =>
      subject.fresh({ expiry: 'lease.until', indexes: [{ name: 'name', paths: ['name'], unique: true }] });

    it('makes a document absent from its moment on', async () => {
      const things = fresh();
      const until = subject.now() + 1_000;
      await things.insert({ key: 'a', name: 'x', lease: { until } });
      await things.insert({ key: 'b', name: 'y' });
      subject.pass(999);
      expect(await things.get('a')).to.have.property('key', 'a');
      subject.pass(1);
      expect(await things.get('a')).to.equal(undefined);
      expect(await things.update('a', {}, { inc: { n: 1 } })).to.deep.equal({ ok: false, reason: 'unmatched' });
      expect(await things.delete('a', {})).to.deep.equal({ ok: false, reason: 'unmatched' });
      const { documents } = await things.find({ index: 'name', limit: 10 });
      expect(documents.map(({ key }) => key)).to.deep.equal(['b']);
      expect((await things.find({ index: 'key', limit: 10 })).documents).to.have.length(1);
    });

    it('moves with the path', async () => {
      const things = fresh();
      await things.insert({ key: 'a', lease: { until: subject.now() + 10 } });
      await things.update('a', {}, { max: { 'lease.until': subject.now() + 100 } });
      subject.pass(50);
      expect(await things.get('a')).to.have.property('key', 'a');
      await things.update('a', {}, { unset: ['lease.until'] });
      subject.pass(1_000_000);
      expect(await things.get('a')).to.have.property('key', 'a');
    });

    it('frees the key and the unique values', async () => {
      const things = fresh();
      const until = subject.now() + 10;
      await things.insert({ key: 'a', name: 'x', lease: { until }, old: true });
      await things.insert({ key: 'b', name: 'y', lease: { until } });
      await things.insert({ key: 'c', name: 'z', lease: { until } });
      await things.insert({ key: 'd', name: 'kept' });
      subject.pass(10);
      expect(await things.insert({ key: 'a', name: 'x' })).to.deep.equal({ ok: true });
      expect(await things.get('a')).to.deep.equal({ key: 'a', name: 'x' });
      expect(await things.insert({ key: 'other', name: 'y' })).to.deep.equal({ ok: true });
      expect(await things.update('d', {}, { set: { name: 'z' } })).to.have.property('ok', true);
      expect(await things.insert({ key: 'e', name: 'z' })).to.deep.equal({
        ok: false,
        reason: 'duplicate',
        index: 'name',
      });
    });

    it('keeps what was not told', async () => {
      const things = fresh();
      await things.insert({ key: 'a', name: 'x', lease: { until: subject.now() + 10 } }, { outbox: [entry('e1')] });
      subject.pass(10);
      expect(await things.insert({ key: 'b', name: 'x' })).to.deep.equal({ ok: true });
      const untold = (await subject.store.untold(100)).filter(({ collection }) => collection === things.name);
      expect(untold).to.deep.equal([{ collection: things.name, key: 'a', entries: [entry('e1')] }]);
      await subject.store.settle(things.name, 'a', ['e1']);
      expect(await things.insert({ key: 'a', name: 'y' })).to.deep.equal({ ok: true });
    });
  });
}
