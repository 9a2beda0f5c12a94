import { expect } from 'chai';
import type { StoreUnderTest } from '#lib/documents/contract/subject.ts';

const MANY = Array.from({ length: 50 }, (_, i) => i);

/** Every call is one atomic step, however many are on their way. */
export function concurrencyContract(subject: StoreUnderTest): void {
  describe('at once', () => {
    it('increments all count', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a' });
      const results = await Promise.all(MANY.map(() => things.update('a', {}, { inc: { n: 1 } })));
      const seen = results.map((result) => (result.ok ? result.document.n : 0) as number);
      expect(seen.sort((a, b) => a - b)).to.deep.equal(MANY.map((i) => i + 1));
      expect(await things.get('a')).to.deep.equal({ key: 'a', n: 50 });
    });

    it('one claim wins', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a', epoch: 1 });
      const claims = MANY.map((i) =>
        things.update(
          'a',
          { owner: { exists: false }, epoch: { eq: 1 } },
          { set: { owner: `o${i}` }, inc: { epoch: 1 } },
        ),
      );
      const winners = (await Promise.all(claims)).filter(({ ok }) => ok);
      expect(winners).to.have.length(1);
      expect(await things.get('a')).to.have.property('epoch', 2);
    });

    it('one insert of a key wins, one of a unique value too', async () => {
      const things = subject.fresh({ indexes: [{ name: 'name', paths: ['name'], unique: true }] });
      const sameKey = await Promise.all(MANY.map((n) => things.insert({ key: 'a', n })));
      expect(sameKey.filter(({ ok }) => ok)).to.have.length(1);
      const sameName = await Promise.all(MANY.map((n) => things.insert({ key: `k${n}`, name: 'x' })));
      expect(sameName.filter(({ ok }) => ok)).to.have.length(1);
      expect(sameName.filter((result) => !result.ok && result.index === 'name')).to.have.length(49);
    });

    it('one delete of a document wins', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a' });
      const deleted = await Promise.all(MANY.map(() => things.delete('a', {})));
      expect(deleted.filter(({ ok }) => ok)).to.have.length(1);
    });

    it('a bounded queue never overflows', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a', queue: [] });
      const pushes = MANY.map((n) =>
        things.update('a', { 'queue.9': { exists: false } }, { push: { queue: { value: { turn: `t${n}` } } } }),
      );
      expect((await Promise.all(pushes)).filter(({ ok }) => ok)).to.have.length(10);
      const document = await things.get('a');
      expect(document?.queue).to.have.length(10);
    });

    it('what fails fails alone', async () => {
      const things = subject.fresh();
      await things.insert({ key: 'a', s: 'text' });
      const writes = MANY.map((n) =>
        n % 5 === 0
          ? things.update('a', {}, { inc: { s: 1 } }).catch((error: unknown) => error)
          : things.insert({ key: n % 5 === 1 ? 'a' : `k${n}` }),
      );
      const results = await Promise.all(writes);
      expect(results.filter((result) => result instanceof TypeError)).to.have.length(10);
      expect((await things.find({ index: 'key', limit: 100 })).documents).to.have.length(31);
    });

    it('a read sees what was acknowledged before it', async () => {
      const things = subject.fresh();
      await Promise.all(
        MANY.map(async (n) => {
          await things.insert({ key: `k${n}`, n });
          expect(await things.get(`k${n}`)).to.deep.equal({ key: `k${n}`, n });
        }),
      );
    });
  });
}
