import { expect } from 'chai';
import fc from 'fast-check';
import { decideHandoff, type HandoffEvent, type HandoffRecord, isOpen } from './handoff.ts';

const LIMITS = { waitMs: 30, silenceMs: 200 };
const ANN = { id: 'ann', displayName: 'Ann' };
const BEN = { id: 'ben', displayName: 'Ben' };
const REQUESTED: HandoffEvent = { type: 'requested', requestId: 'r1', reason: 'asked' };

function after(...events: readonly (readonly [number, HandoffEvent])[]): HandoffRecord | undefined {
  return events.reduce<HandoffRecord | undefined>((handoff, [now, event]) => {
    const decision = decideHandoff(handoff, event, now, LIMITS);
    return decision.type === 'refused' ? handoff : decision.handoff;
  }, undefined);
}
const waiting = () => after([1000, REQUESTED]);
const human = () => after([1000, REQUESTED], [1010, { type: 'taken', operator: ANN }]);
const ended = () => after([1000, REQUESTED], [1010, { type: 'ended', end: 'by_person' }]);

describe('a handoff', () => {
  it('begins by a request and waits for its time', () => {
    expect(decideHandoff(undefined, REQUESTED, 1000, LIMITS)).to.deep.equal({
      type: 'changes',
      moved: true,
      handoff: {
        number: 1,
        version: 1,
        state: 'waiting',
        reason: 'asked',
        requestId: 'r1',
        requestedAt: 1000,
        expiresAt: 1030,
      },
    });
  });

  it('is requested once: another request while it is open, and the same one after its end, change nothing', () => {
    const again: HandoffEvent = { ...REQUESTED, requestId: 'r2' };
    for (const handoff of [waiting(), human()]) {
      expect(decideHandoff(handoff, again, 1020, LIMITS)).to.deep.equal({ type: 'stays', handoff });
    }
    expect(decideHandoff(ended(), REQUESTED, 1020, LIMITS)).to.deep.equal({ type: 'stays', handoff: ended() });
    const second = decideHandoff(ended(), again, 1020, LIMITS);
    expect(second).to.deep.include({ type: 'changes', moved: true });
    expect(second.type === 'changes' && second.handoff).to.deep.include({ number: 2, version: 3, state: 'waiting' });
    expect(second.type === 'changes' && second.handoff).to.have.all.keys(
      ...['number', 'version', 'state', 'reason', 'requestId', 'requestedAt', 'expiresAt'],
    );
  });

  it('is taken by an operator, or by the first that writes', () => {
    for (const type of ['taken', 'operator wrote'] as const) {
      const taken = decideHandoff(waiting(), { type, operator: ANN }, 1010, LIMITS);
      expect(taken).to.deep.include({ type: 'changes', moved: true });
      const expected = { state: 'human', operator: ANN, takenAt: 1010, expiresAt: 1210, version: 2 };
      expect(taken.type === 'changes' && taken.handoff).to.deep.include(expected);
    }
  });

  it('keeps its owner when another one writes, and changes it when another one takes it', () => {
    const wrote = decideHandoff(human(), { type: 'operator wrote', operator: BEN }, 1050, LIMITS);
    expect(wrote).to.deep.include({ type: 'changes', moved: false });
    expect(wrote.type === 'changes' && wrote.handoff).to.deep.include({ operator: ANN, expiresAt: 1250 });
    expect(decideHandoff(human(), { type: 'taken', operator: ANN }, 1050, LIMITS).type).to.equal('stays');
    const taken = decideHandoff(human(), { type: 'taken', operator: BEN }, 1050, LIMITS);
    expect(taken).to.deep.include({ type: 'changes', moved: true });
    expect(taken.type === 'changes' && taken.handoff).to.deep.include({ operator: BEN, takenAt: 1010 });
  });

  it('is kept open by what people write, but waiting is not made longer by who waits', () => {
    const wrote = decideHandoff(human(), { type: 'person wrote' }, 1050, LIMITS);
    expect(wrote.type === 'changes' && wrote.handoff.expiresAt).to.equal(1250);
    const waited = decideHandoff(waiting(), { type: 'person wrote' }, 1020, LIMITS);
    expect(waited.type === 'changes' && waited.handoff).to.deep.include({ expiresAt: 1030, version: 2 });
    expect(waited).to.deep.include({ moved: false });
  });

  it('is ended by either side', () => {
    for (const handoff of [waiting(), human()]) {
      for (const end of ['by_operator', 'by_person'] as const) {
        const done = decideHandoff(handoff, { type: 'ended', end }, 1020, LIMITS);
        expect(done).to.deep.include({ type: 'changes', moved: true });
        expect(done.type === 'changes' && done.handoff).to.include({ state: 'ended', end, endedAt: 1020 });
        expect(done.type === 'changes' && done.handoff).to.not.have.property('expiresAt');
      }
    }
  });

  it('ends by itself when nobody came, and when nobody wrote for long; not before', () => {
    const passed: HandoffEvent = { type: 'time passed' };
    expect(decideHandoff(waiting(), passed, 1029, LIMITS).type).to.equal('stays');
    expect(after([1000, REQUESTED], [1030, passed])).to.include({ state: 'ended', end: 'nobody_came' });
    expect(decideHandoff(human(), passed, 1209, LIMITS).type).to.equal('stays');
    const silent = decideHandoff(human(), passed, 1210, LIMITS);
    expect(silent.type === 'changes' && silent.handoff).to.include({ state: 'ended', end: 'silence' });
  });

  it('that ended stays ended, and nothing is said in it any more', () => {
    for (const event of [{ type: 'ended', end: 'by_operator' }, { type: 'time passed' }] as const) {
      expect(decideHandoff(ended(), event, 9999, LIMITS)).to.deep.equal({ type: 'stays', handoff: ended() });
    }
    const writing = [
      { type: 'taken', operator: ANN },
      { type: 'operator wrote', operator: ANN },
      { type: 'person wrote' },
    ] as const;
    for (const event of writing) {
      expect(decideHandoff(ended(), event, 1020, LIMITS)).to.deep.equal({ type: 'refused', why: 'ended' });
      expect(decideHandoff(undefined, event, 1020, LIMITS)).to.deep.equal({ type: 'refused', why: 'none' });
    }
  });

  it('that is open always has a time at which it ends by itself, whatever happens', () => {
    const event = fc.oneof(
      fc.record({ type: fc.constant('requested'), requestId: fc.constantFrom('a', 'b'), reason: fc.constant('asked') }),
      fc.record({ type: fc.constantFrom('taken', 'operator wrote'), operator: fc.constantFrom(ANN, BEN) }),
      fc.record({ type: fc.constant('ended'), end: fc.constantFrom('by_operator', 'by_person') }),
      fc.record({ type: fc.constantFrom('person wrote', 'time passed') }),
    ) as fc.Arbitrary<HandoffEvent>;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100), event)), (steps) => {
        let now = 0;
        let handoff: HandoffRecord | undefined;
        for (const [ms, next] of steps) {
          now += ms;
          const decision = decideHandoff(handoff, next, now, LIMITS);
          if (decision.type === 'changes') expect(decision.handoff.version).to.equal((handoff?.version ?? 0) + 1);
          if (decision.type !== 'refused') handoff = decision.handoff;
          expect(isOpen(handoff)).to.equal(handoff?.expiresAt !== undefined);
          expect(handoff?.state === 'human').to.equal(isOpen(handoff) && handoff?.operator !== undefined);
        }
      }),
    );
  });
});
