import { expect } from 'chai';
import { type Loose, refused, type StoreUnderTest } from '#lib/documents/contract/subject.ts';
import type { Condition } from '#lib/documents/port.ts';

/** Every test of a condition, held against one document. */
export function conditionsContract(subject: StoreUnderTest): void {
  describe('conditions', () => {
    const document: Loose = {
      key: 'a',
      n: 5,
      s: 'b',
      yes: true,
      lease: { owner: 'x', epoch: 2 },
      queue: [{ turn: 't1', open: true }, { turn: 't2', open: false }, 'plain', 7],
    };
    let things: ReturnType<StoreUnderTest['fresh']>;
    before(async () => {
      things = subject.fresh();
      await things.insert(document);
    });

    const matches = async (condition: Condition): Promise<boolean> => (await things.update('a', condition, {})).ok;
    const holds = (condition: Condition): void => {
      it(`hold: ${JSON.stringify(condition)}`, async () => expect(await matches(condition)).to.equal(true));
    };
    const fails = (condition: Condition): void => {
      it(`do not hold: ${JSON.stringify(condition)}`, async () => expect(await matches(condition)).to.equal(false));
    };

    holds({});
    for (const test of [{ eq: 5 }, { ne: 6 }, { ne: '5' }, { lt: 6 }, { lte: 5 }, { gt: 4.5 }, { gte: 5 }]) {
      holds({ n: test });
    }
    for (const test of [{ eq: 6 }, { eq: '5' }, { ne: 5 }, { lt: 5 }, { lte: 4 }, { gt: 5 }, { gte: 6 }])
      fails({ n: test });
    holds({ n: { gt: 4, lt: 6, ne: 7 }, s: { eq: 'b' } });
    fails({ n: { gt: 4, lt: 5 } });
    fails({ n: { eq: 5 }, s: { eq: 'c' } });

    holds({ s: { gt: 'a', lt: 'ba', gte: 'b', lte: 'b' } });
    fails({ s: { gt: 'b' } });

    holds({ yes: { eq: true } });
    holds({ yes: { ne: false } });
    fails({ yes: { eq: 1 as unknown as boolean } });
    fails({ yes: { ne: true } });

    describe('never compare across types', () => {
      fails({ n: { lt: 'a' } });
      fails({ n: { lte: '9' } });
      fails({ s: { gt: 1 } });
      fails({ s: { gte: 1 } });
      fails({ yes: { gt: 0 } });
      fails({ yes: { gt: '' } });
      fails({ n: { in: ['5'] } });
    });

    describe('on an absent path', () => {
      for (const test of [{ eq: 0 }, { lt: 1 }, { lte: 'z' }, { gt: -1 }, { gte: '' }, { in: [0, ''] }])
        fails({ none: test });
      fails({ none: { has: 1 } });
      holds({ none: { ne: 1 } });
      holds({ none: { exists: false } });
      holds({ none: { lacks: 'x' } });
      holds({ 'lease.until': { exists: false } });
      holds({ 'none.deep.er': { ne: 'x' } });
    });

    holds({ n: { in: [1, 5] } });
    holds({ s: { in: ['a', 'b', 3] } });
    fails({ n: { in: [] } });
    fails({ s: { in: ['a'] } });

    holds({ lease: { exists: true }, 'lease.epoch': { eq: 2 }, 'lease.owner': { eq: 'x' } });
    fails({ lease: { exists: false } });
    fails({ 'lease.epoch': { eq: 3 } });

    describe('on arrays', () => {
      holds({ 'queue.0.turn': { eq: 't1' }, 'queue.2': { eq: 'plain' }, 'queue.3': { gt: 6 } });
      holds({ 'queue.3': { exists: true }, 'queue.4': { exists: false } });
      fails({ 'queue.3': { exists: false } });
      fails({ 'queue.9.turn': { eq: 't1' } });
      holds({ queue: { has: { turn: 't1' } } });
      holds({ queue: { has: { turn: 't2', open: false } } });
      holds({ queue: { has: 'plain' } });
      holds({ queue: { has: 7 } });
      fails({ queue: { has: { turn: 't1', open: false } } });
      fails({ queue: { has: { turn: 't3' } } });
      fails({ queue: { has: { none: 1 } } });
      fails({ queue: { has: '7' } });
      fails({ queue: { has: 't1' } });
      holds({ queue: { lacks: { turn: 't3' } } });
      holds({ queue: { lacks: 'other', has: 'plain' } });
      fails({ queue: { lacks: { turn: 't2' } } });
      fails({ queue: { lacks: 7 } });
    });

    describe('has and lacks hold for no scalar', () => {
      fails({ s: { has: 'b' } });
      fails({ s: { lacks: 'c' } });
      fails({ lease: { has: 'x' } });
    });

    it('decide on deletes too', async () => {
      expect(await things.delete('a', { n: { eq: 6 } })).to.deep.equal({ ok: false, reason: 'unmatched' });
      expect(await things.get('a')).to.deep.equal(document);
    });

    it('refuse operands that no test takes', async () => {
      await refused(matches({ n: { lt: true as unknown as number } }), /n/);
      await refused(matches({ n: { eq: Number.NaN } }), /n/);
      await refused(matches({ n: { near: 3 } as unknown as { eq: number } }), /near/);
      await refused(matches({ queue: { has: {} } }), /queue/);
    });
  });
}
