import { expect } from 'chai';
import fc from 'fast-check';
import { Outcome, Turn_State } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { type ConversationPeers, saying } from '#testing/conversation-peers.ts';
import {
  collect,
  LEASE_MS,
  nothingTold,
  type OpenShared,
  PERSON,
  QUESTION,
  RULES,
  SESSION,
  startReplicas,
} from '#testing/conversation-replicas.ts';
import { until } from '#testing/waiting.ts';

type Replicas = Awaited<ReturnType<typeof startReplicas>>;
type Replica = Replicas['replicas'][number];

/** A model that says something, and then nothing until it is cancelled or released. */
function pausing(said: string, gate: Promise<void>): ConversationPeers['script'] {
  return async function* (request, signal) {
    yield { event: { case: 'started', value: { model: 'scripted' } } };
    yield { event: { case: 'delta', value: { text: said } } };
    await Promise.race([gate, new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))]);
    yield* saying(' hours [p1].')(request, signal);
  };
}

const never = new Promise<void>(() => undefined);

/** What holds for replicas of conversation as docs/architecture.md has it, on whatever store. `openShared`: unset for a file of SQLite. */
export function replicaRules(openShared?: OpenShared): void {
  let all: Replicas;
  let a: Replica;
  let b: Replica;

  beforeEach(async () => {
    all = await startReplicas(2, openShared);
    [a, b] = all.replicas as [Replica, Replica];
    all.peers.script = saying('Within two hours [p1].');
  });
  afterEach(() => all[Symbol.asyncDispose]());

  const turns = async (replica: Replica) => {
    const { turns: listed } = await replica.sessions.listTurns(
      { parent: SESSION, pageSize: 100 },
      { principal: PERSON },
    );
    return listed;
  };

  const openTurns = async (count: number): Promise<void> => {
    for (;;) {
      const { session } = await b.sessions.getSession({ name: SESSION }, { principal: PERSON });
      if (session?.openTurnCount === count) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  describe('every question has one turn and one answer (rule 1)', () => {
    it('the same request at all of them is one turn, asked of the model once', async () => {
      const told = await Promise.all([a, b, a, b].map((replica) => replica.ask({ requestId: 'r' })));
      expect(new Set(told.map(({ text }) => text))).to.deep.equal(new Set(['Within two hours [1].']));
      expect(new Set(told.map(({ turn }) => turn?.name)).size).to.equal(1);
      expect(told[0]?.turn?.attempt).to.equal(1);
      expect(all.peers.requests).to.have.length(1);
      expect(await turns(a)).to.have.length(1);
    });

    it('a turn that runs elsewhere is waited for, and told as one delta', async () => {
      const gate = Promise.withResolvers<void>();
      all.peers.script = pausing('Within two', gate.promise);
      const asked = a.ask({ requestId: 'r' });
      await until(() => all.peers.requests.length === 1);
      const waiting = b.ask({ requestId: 'r' });
      gate.resolve();
      const [first, second] = await Promise.all([asked, waiting]);
      expect(second).to.include({ text: 'Within two hours [1].', deltas: 1 });
      expect(second.text).to.equal(first.text);
      expect(all.peers.requests).to.have.length(1);
    });

    it('those who wait for a turn that runs elsewhere look seldom', async () => {
      const gate = Promise.withResolvers<void>();
      all.peers.script = pausing('Within two', gate.promise);
      const asked = a.ask({ requestId: 'r' });
      await until(() => all.peers.requests.length === 1);
      const waiting = Array.from({ length: 50 }, () => b.ask({ requestId: 'r' }));
      await new Promise((resolve) => setTimeout(resolve, 800));
      b.store.calls = 0;
      const begun = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      // Looks a second of each: a busy machine makes the second longer.
      expect(b.store.calls / 50 / ((performance.now() - begun) / 1_000)).to.be.below(6);
      gate.resolve();
      await Promise.all([asked, ...waiting]);
    });

    it('a turn whose process died is begun once more by the replica that is asked, when the lease ends', async () => {
      all.peers.script = pausing('Lost', never);
      void a.ask({ requestId: 'r' }).catch(() => undefined);
      await until(() => all.peers.requests.length === 1);
      a.store.pause();
      all.peers.script = saying('Within two hours [p1].');
      const told = await b.ask({ requestId: 'r' });
      expect(told).to.deep.include({ text: 'Within two hours [1].', attempts: [2] });
      expect(all.peers.requests).to.have.length(2);
    });

    it('and also when nobody asks any more', async () => {
      all.peers.script = pausing('Lost', never);
      void a.ask({ requestId: 'r' }).catch(() => undefined);
      await until(() => all.peers.requests.length === 1);
      a.store.pause();
      all.peers.script = saying('Within two hours [p1].');
      await until(() => all.peers.requests.length === 2);
      for (;;) {
        const [turn] = await turns(b);
        if (turn?.state === Turn_State.FINISHED) return expect(turn.answer).to.equal('Within two hours [1].');
      }
    });

    it('a replica that was paused longer than its lease changes nothing when it wakes', async () => {
      const gate = Promise.withResolvers<void>();
      all.peers.script = pausing('Old', gate.promise);
      const seen = nothingTold();
      const stream = a.conversation.ask(
        { assistant: 'assistants/velik', question: QUESTION, sessionId: 's', requestId: 'r' },
        { principal: PERSON },
      );
      const old = collect(stream, seen);
      await until(() => seen.text === 'Old');
      a.store.pause();
      // The old attempt says all it has to say while its process is cut off from the store.
      gate.resolve();
      all.peers.script = saying('New [p1].');
      const told = await b.ask({ requestId: 'r' });
      a.store.wake();
      expect((await old).text).to.equal('New [1].');
      expect(seen.attempts).to.deep.equal([1, 2]);
      const [turn, ...others] = await turns(b);
      expect(others).to.deep.equal([]);
      expect(turn).to.include({ answer: told.text, attempt: 2 });
    });

    it('a turn is never begun a third time', async () => {
      all.peers.script = pausing('Lost', never);
      void a.ask({ requestId: 'r' }).catch(() => undefined);
      await until(() => all.peers.requests.length === 1);
      a.store.pause();
      void b.ask({ requestId: 'r' }).catch(() => undefined);
      await until(() => all.peers.requests.length === 2);
      b.store.pause();
      a.store.wake();
      const failure = await a.ask({ requestId: 'r' }).catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(RpcError);
      expect((failure as RpcError).failure.reason).to.equal('ATTEMPTS_EXHAUSTED');
      expect((await turns(a))[0]).to.include({ outcome: Outcome.FAILED, attempt: 2 });
      expect(all.peers.requests).to.have.length(2);
    });

    it('a clock that jumps by a minute doubles and loses nothing', async () => {
      b.clock.aheadMs = 60_000;
      const gate = Promise.withResolvers<void>();
      all.peers.script = pausing('Within two', gate.promise);
      const running = b.ask({ requestId: 'r0' });
      await until(() => all.peers.requests.length === 1);
      b.clock.aheadMs = 0;
      a.clock.aheadMs = 60_000;
      const more = [a, b, a, b].map((replica, i) => replica.ask({ requestId: `r${i + 1}` }));
      await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS));
      expect(all.peers.requests).to.have.length(1);
      gate.resolve();
      const told = await Promise.all([running, ...more]);
      expect(told.map(({ text, turn }) => [text, turn?.attempt])).to.deep.equal(
        told.map(() => ['Within two hours [1].', 1]),
      );
      expect(all.peers.requests).to.have.length(5);
    });

    it('a replica that stops hands its turns over at once', async () => {
      all.peers.script = pausing('Lost', never);
      const left = a.ask({ requestId: 'r' }).catch((error: unknown) => error);
      await until(() => all.peers.requests.length === 1);
      const waiting = a.ask({ requestId: 'r2' }).catch((error: unknown) => error);
      await openTurns(2);
      all.peers.script = saying('Within two hours [p1].');
      const stopped = a.service.stop(300);
      expect((await left) as RpcError).to.have.nested.property('failure.code', 'UNAVAILABLE');
      const told = await b.ask({ requestId: 'r' });
      expect(told).to.deep.include({ text: 'Within two hours [1].', attempts: [2] });
      expect((await waiting) as RpcError).to.have.nested.property('failure.code', 'UNAVAILABLE');
      expect((await b.ask({ requestId: 'r2' })).attempts).to.deep.equal([1]);
      await stopped;
    });
  });

  describe('turns of a session run one at a time, in order (rule 2)', () => {
    it('wherever they are asked, by their positions', async () => {
      const gate = Promise.withResolvers<void>();
      all.peers.script = pausing('So', gate.promise);
      const first = a.ask({ requestId: 'first', position: 1n });
      await until(() => all.peers.requests.length === 1);
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray([2, 3, 4, 5, 6, 7], { minLength: 6 }),
          fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
          async (order, where) => {
            const rest = order.map((position, i) =>
              (where[i] ? a : b).ask({
                question: `${QUESTION} ${position}`,
                requestId: `p${position}`,
                position: BigInt(position),
              }),
            );
            await openTurns(7);
            gate.resolve();
            await Promise.all([first, ...rest]);
          },
        ),
        { numRuns: 1 },
      );
      const order = all.peers.requests.slice(1).map(({ messages }) => {
        const content = messages.at(-1)?.parts.at(-1)?.content;
        return content?.case === 'text' ? Number(/\? (\d)/.exec(content.value)?.[1]) : 0;
      });
      expect(order).to.deep.equal([2, 3, 4, 5, 6, 7]);
    });

    it('and never two at once, whatever comes where', async () => {
      let running = 0;
      let most = 0;
      all.peers.script = async function* (request, signal) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 3));
        running -= 1;
        yield* saying('So [p1].')(request, signal);
      };
      await fc.assert(
        fc.asyncProperty(
          fc.uuid(),
          fc.array(
            fc.record({
              at: fc.boolean(),
              request: fc.integer({ min: 0, max: 5 }),
              afterMs: fc.integer({ min: 0, max: 12 }),
            }),
            { maxLength: 8 },
          ),
          async (sessionId, asked) => {
            most = 0;
            all.peers.requests.length = 0;
            const told = await Promise.all(
              asked.map(async ({ at, request, afterMs }) => {
                await new Promise((resolve) => setTimeout(resolve, afterMs));
                return (at ? a : b).ask({ sessionId, requestId: `r${request}` });
              }),
            );
            const distinct = new Set(asked.map(({ request }) => request)).size;
            expect(told.map(({ text, turn }) => [text, turn?.attempt])).to.deep.equal(told.map(() => ['So [1].', 1]));
            expect(new Set(told.map(({ turn }) => turn?.name)).size).to.equal(distinct);
            expect(all.peers.requests).to.have.length(distinct);
            expect(most).to.be.at.most(1);
          },
        ),
        { numRuns: 10 },
      );
    });

    it('stopping overtakes: what another replica runs ends within a second with what it has said', async () => {
      all.peers.script = pausing('Within two', never);
      const running = a.ask({ requestId: 'r1' });
      await until(() => all.peers.requests.length === 1);
      const waiting = a.ask({ requestId: 'r2' });
      await openTurns(2);
      const begun = performance.now();
      expect(await b.conversation.stopTurns({ session: SESSION }, { principal: PERSON })).to.include({
        stoppedCount: 2,
      });
      const [first, second] = await Promise.all([running, waiting]);
      expect(first.turn).to.include({ outcome: Outcome.STOPPED, answer: 'Within two' });
      expect(second.turn).to.include({ outcome: Outcome.STOPPED, answer: '' });
      expect(performance.now() - begun).to.be.below(2_000);
    });

    it('stopping a turn whose process died ends it without another attempt', async () => {
      all.peers.script = pausing('Lost', never);
      void a.ask({ requestId: 'r' }).catch(() => undefined);
      await until(() => all.peers.requests.length === 1);
      a.store.pause();
      await b.conversation.stopTurns({ session: SESSION }, { principal: PERSON });
      const told = await b.ask({ requestId: 'r' });
      expect(told.turn?.outcome).to.equal(Outcome.STOPPED);
      expect(all.peers.requests).to.have.length(1);
    });
  });

  it('all answer from a new release within a second of its activation, and a turn keeps the one it began with (rule 7)', async () => {
    await Promise.all([a.ask({}), b.ask({ sessionId: 't' })]);
    const gate = Promise.withResolvers<void>();
    all.peers.script = pausing('Within two', gate.promise);
    const before = a.ask({ requestId: 'before' });
    await until(() => all.peers.requests.length === 3);
    const card = { ...RULES, kind: 'example', question: 'Is there a gift card?', text: 'Yes.' } as const;
    all.peers.release([RULES, card]);
    const end = Date.now() + 1_000;
    for (const replica of [a, b]) {
      for (let answer = ''; answer !== 'Yes.' && Date.now() < end; )
        answer = (await replica.ask({ question: card.question, sessionId: `u${Date.now()}` })).text;
      expect((await replica.ask({ question: card.question, sessionId: 'v' })).turn?.release).to.match(/\/r2$/);
    }
    gate.resolve();
    expect((await before).turn?.release).to.match(/\/r1$/);
  });
}
