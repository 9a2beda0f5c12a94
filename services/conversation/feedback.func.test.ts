import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { FeedbackGivenSchema, TurnFinishedSchema } from '#gen/otvet/conversation/v1/events_pb.ts';
import { Feedback_Rating, Feedback_Reason, type FeedbackSchema } from '#gen/otvet/conversation/v1/feedback_pb.ts';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { saying } from '#testing/conversation-peers.ts';
import { ASSISTANT, PERSON, QUESTION, SESSION, startReplicas } from '#testing/conversation-replicas.ts';
import { until } from '#testing/waiting.ts';

type Replicas = Awaited<ReturnType<typeof startReplicas>>;
type Replica = Replicas['replicas'][number];

const UP = { rating: Feedback_Rating.UP };
const DOWN = {
  rating: Feedback_Rating.DOWN,
  reason: Feedback_Reason.OUTDATED,
  comment: ' It is three hours now. ',
  correction: 'Within three hours.',
};

describe('what a person thinks of an answer, and what is told of it', () => {
  let all: Replicas;
  let a: Replica;
  let b: Replica;

  beforeEach(async () => {
    all = await startReplicas(2);
    [a, b] = all.replicas as [Replica, Replica];
    all.peers.script = saying('Within two hours [p1].');
  });
  afterEach(() => all[Symbol.asyncDispose]());

  const answered = async (requestId = 'r') => (await a.ask({ requestId })).turn?.name ?? '';
  const give = async (
    replica: Replica,
    turn: string,
    feedback: MessageInitShape<typeof FeedbackSchema>,
    principal = PERSON,
  ) => (await replica.sessions.giveFeedback({ turn, feedback }, { principal })).turn?.feedback;
  const reasonOf = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    return error instanceof RpcError ? error.failure.reason : String(error);
  };
  const eventsOf = async (replica: Replica, cursor = ''): Promise<readonly Event[]> =>
    (await replica.feed.readFeed({ cursor })).events;

  describe('feedback', () => {
    it('is kept with the turn, replaced by a change of mind, and taken back', async () => {
      const turn = await answered();
      expect(await give(a, turn, DOWN)).to.include({ ...DOWN, comment: 'It is three hours now.' });
      expect(await give(b, turn, UP)).to.include({ ...UP, comment: '', correction: '' });
      const { turn: read } = await a.sessions.getTurn({ name: turn }, { principal: PERSON });
      expect(read?.feedback?.rating).to.equal(Feedback_Rating.UP);
      expect(read?.answer).to.equal('Within two hours [1].');
      expect(await give(a, turn, {})).to.equal(undefined);
    });

    it('is told in words alone too', async () => {
      const turn = await answered();
      const words = { comment: 'Kind of you.' };
      expect(await give(a, turn, words)).to.include({ rating: Feedback_Rating.UNSPECIFIED, ...words });
      expect(await give(b, turn, { ...UP, ...words })).to.include({ ...UP, ...words });
      expect(await give(a, turn, { comment: ' ' })).to.equal(undefined);
    });

    it('the same again changes and tells nothing', async () => {
      const turn = await answered();
      const first = await give(a, turn, UP);
      expect(await give(b, turn, UP)).to.deep.equal(first);
      await give(a, await answered('r2'), {});
      expect((await eventsOf(a)).filter(({ type }) => type === FeedbackGivenSchema.typeName)).to.have.length(1);
    });

    it('is for the person alone whose turn it is, whatever the scopes', async () => {
      const turn = await answered();
      const others = [
        { realm: 'key-b', scopes: [Scope.ASK, Scope.READ] },
        { realm: 'key-a', subject: 'somebody else', scopes: [Scope.ASK] },
      ].map((given) => create(PrincipalSchema, { ...PERSON, ...given }));
      for (const other of others) expect(await reasonOf(give(a, turn, UP, other))).to.equal('TURN_NOT_FOUND');
      expect(await reasonOf(give(a, `${SESSION}/turns/none`, UP))).to.equal('TURN_NOT_FOUND');
    });

    it('waits for an answer', async () => {
      const gate = Promise.withResolvers<void>();
      all.peers.script = async function* (request, signal) {
        await gate.promise;
        yield* saying('So [p1].')(request, signal);
      };
      const asked = a.ask({ requestId: 'r' });
      await until(() => all.peers.requests.length === 1);
      const { turns } = await a.sessions.listTurns({ parent: SESSION }, { principal: PERSON });
      expect(await reasonOf(give(a, turns[0]?.name ?? '', UP))).to.equal('TURN_NOT_FINISHED');
      gate.resolve();
      await asked;
    });

    it('of a wrong form is refused by name', async () => {
      const turn = await answered();
      const wrong = give(a, turn, { rating: Feedback_Rating.DOWN, comment: 'x'.repeat(4_001) });
      expect(await reasonOf(wrong)).to.equal('INVALID_REQUEST');
    });
  });

  describe('the feed', () => {
    it('tells of each turn and of feedback once, in order, at every replica, without a word of anybody', async () => {
      const first = await answered('r1');
      await b.ask({ requestId: 'r2', question: 'Hello!' });
      await give(b, first, DOWN);
      for (const replica of [a, b]) {
        const events = await eventsOf(replica);
        const told = events.map(({ type, subject, source }) => [type.split('.').at(-1), subject === first, source]);
        expect(told).to.deep.equal([
          ['TurnFinished', true, 'conversation'],
          ['TurnFinished', false, 'conversation'],
          ['FeedbackGiven', true, 'conversation'],
        ]);
        const [finished, , feedback] = events.map(({ data }) => data) as [Uint8Array, Uint8Array, Uint8Array];
        expect(fromBinary(TurnFinishedSchema, finished)).to.deep.include({
          turn: first,
          session: SESSION,
          assistant: ASSISTANT,
          outcome: Outcome.ANSWERED,
          language: 'en',
          model: 'scripted',
          release: `${ASSISTANT}/releases/r1`,
          attempt: 1,
        });
        expect(fromBinary(FeedbackGivenSchema, feedback)).to.deep.include({
          turn: first,
          rating: Feedback_Rating.DOWN,
          reason: Feedback_Reason.OUTDATED,
          hasComment: true,
          hasCorrection: true,
        });
        const text = events.map(({ data }) => Buffer.from(data).toString()).join();
        for (const word of ['bicycle', 'hours', 'Hello']) expect(text).not.to.contain(word);
      }
      expect(new Set((await eventsOf(a)).map(({ id }) => id)).size).to.equal(3);
    });

    it('is read page by page, and goes on where a reader stopped', async () => {
      const turns = await Promise.all([1, 2, 3, 4, 5].map((i) => a.ask({ requestId: `r${i}`, sessionId: `s${i}` })));
      await give(b, turns[0]?.turn?.name ?? '', UP);
      const seen: string[] = [];
      for (let cursor = '', more = true; more; ) {
        const page = await b.feed.readFeed({ cursor, pageSize: 4 });
        seen.push(...page.events.map(({ id }) => id));
        more = page.events.length === 4;
        cursor = page.nextCursor;
      }
      // At the end of the feed what lies in the overlap may come once more.
      expect([...new Set(seen)]).to.deep.equal((await eventsOf(a)).map(({ id }) => id));
      expect(new Set(seen).size).to.equal(6);
    });

    it('tells followers at once', async () => {
      const leave = new AbortController();
      const seen: string[] = [];
      const following = (async () => {
        for await (const { events } of a.feed.followFeed({}, { signal: leave.signal }))
          seen.push(...events.map(({ subject }) => subject));
      })().catch(() => undefined);
      const turn = await answered();
      await until(() => seen.length === 1);
      expect(seen).to.deep.equal([turn]);
      leave.abort();
      await following;
    });

    it('tells of turns that ended without an answer too', async () => {
      all.peers.script = async function* () {
        yield { event: { case: 'delta', value: { text: 'So' } } };
      };
      expect(await reasonOf(a.ask({ question: QUESTION }))).to.equal('PROVIDER_STREAM_CUT');
      const [event] = await eventsOf(b);
      const told = fromBinary(TurnFinishedSchema, event?.data ?? new Uint8Array());
      expect(told).to.include({ outcome: Outcome.FAILED, failureReason: 'PROVIDER_STREAM_CUT' });
    });
  });
});
