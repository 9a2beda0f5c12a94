import { create } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { PrincipalSchema } from '#gen/otvet/access/v1/access_pb.ts';
import { Feedback_Rating } from '#gen/otvet/conversation/v1/feedback_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { saying } from '#testing/conversation-peers.ts';
import { ASSISTANT, collect, PERSON, QUESTION, SESSION, startReplicas } from '#testing/conversation-replicas.ts';

type Replicas = Awaited<ReturnType<typeof startReplicas>>;
type Replica = Replicas['replicas'][number];

describe('who wants a conversation to be forgotten', () => {
  let all: Replicas;
  let a: Replica;
  let b: Replica;
  const name = SESSION;
  const reasonOf = async (call: Promise<unknown>) => {
    const error = await call.catch((failure: unknown) => failure);
    return error instanceof RpcError ? error.failure.reason : undefined;
  };

  beforeEach(async () => {
    all = await startReplicas(2);
    [a, b] = all.replicas as [Replica, Replica];
    all.peers.script = saying('Within two hours. [p1]');
  });
  afterEach(() => all[Symbol.asyncDispose]());

  it('finds nothing left: no session, no turn, no feedback, no context of later answers on any replica', async () => {
    const turn = (await a.ask({ requestId: 'one' })).turn?.name ?? '';
    await b.ask({ requestId: 'two' });
    const feedback = { rating: Feedback_Rating.DOWN, comment: 'No.' };
    await a.sessions.giveFeedback({ turn, feedback }, { principal: PERSON });
    await a.sessions.deleteSession({ name }, { principal: PERSON });
    expect(await reasonOf(b.sessions.getSession({ name }, { principal: PERSON }))).to.equal('SESSION_NOT_FOUND');
    expect(await reasonOf(b.sessions.getTurn({ name: turn }, { principal: PERSON }))).to.equal('TURN_NOT_FOUND');
    await a.sessions.deleteSession({ name }, { principal: PERSON });
    all.peers.script = saying('Anew.');
    for (const [at, replica] of [b, a, b].entries()) await replica.ask({ requestId: `later-${at}` });
    const later = all.peers.requests.slice(2).map((request) => JSON.stringify(request.messages));
    expect(later.filter((words) => words.includes('Within two hours.'))).to.deep.equal([]);
    expect(later.at(-1)).to.include('Anew.');
    const { turns } = await a.sessions.listTurns({ parent: name }, { principal: PERSON });
    expect(turns).to.have.lengthOf(3);
  });

  it('leaves to others in the same session what they asked', async () => {
    const other = create(PrincipalSchema, { ...PERSON, subject: 'somebody else' });
    await a.ask({ requestId: 'one' });
    const asked = { assistant: ASSISTANT, question: QUESTION, sessionId: 's', requestId: 'two' };
    await collect(a.conversation.ask(asked, { principal: other }));
    await a.sessions.deleteSession({ name }, { principal: PERSON });
    const { turns } = await a.sessions.listTurns({ parent: name }, { principal: other });
    expect(turns).to.have.lengthOf(1);
    await a.sessions.deleteSession({ name }, { principal: other });
    expect(await reasonOf(a.sessions.getSession({ name }, { principal: other }))).to.equal('SESSION_NOT_FOUND');
  });

  it('cannot do it to the session of another realm', async () => {
    const other = create(PrincipalSchema, { ...PERSON, realm: 'key-other' });
    await a.ask({ requestId: 'one' });
    expect(await reasonOf(a.sessions.deleteSession({ name }, { principal: other }))).to.equal('SESSION_NOT_FOUND');
    expect((await a.sessions.getSession({ name }, { principal: PERSON })).session?.turnCount).to.equal(1);
  });
});
