import { setTimeout as pause } from 'node:timers/promises';
import { create, fromBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';
import { Channel, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { HandoffChangedSchema } from '#gen/otvet/conversation/v1/events_pb.ts';
import {
  Handoff_End,
  Handoff_Reason,
  Handoff_State,
  HandoffMessage_Author,
} from '#gen/otvet/conversation/v1/handoff_pb.ts';
import { Outcome } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { saying } from '#testing/conversation-peers.ts';
import { ASSISTANT, PERSON, QUESTION, SESSION, startReplicas } from '#testing/conversation-replicas.ts';

type Replicas = Awaited<ReturnType<typeof startReplicas>>;
type Replica = Replicas['replicas'][number];

const ADMIN = create(PrincipalSchema, { channel: Channel.API, realm: 'key-console', scopes: [Scope.ADMIN] });
const STRANGER = create(PrincipalSchema, { channel: Channel.API, realm: 'key-b', scopes: [Scope.ASK] });
const ANN = { id: 'ann', displayName: 'Ann' };
const asked = { principal: PERSON };
const operated = { principal: ADMIN };

describe('people who take a session over', () => {
  let all: Replicas;
  let a: Replica;
  let b: Replica;

  beforeEach(async () => {
    all = await startReplicas(2);
    [a, b] = all.replicas as [Replica, Replica];
    all.peers.script = saying('Within two hours [p1].');
  });
  afterEach(() => all[Symbol.asyncDispose]());

  const request = async (requestId = 'h') => a.handoffs.requestHandoff({ session: SESSION, requestId }, asked);
  const stateOf = async (replica: Replica = b) =>
    (await replica.handoffs.getHandoff({ session: SESSION }, asked)).handoff;
  const ended = async () => {
    while ((await stateOf())?.state !== Handoff_State.ENDED) await pause(10);
  };
  const said = async () => {
    const { messages } = await b.handoffs.listHandoffMessages({ parent: SESSION }, asked);
    return messages.map(
      ({ author, text }) => `${author === HandoffMessage_Author.PERSON ? 'person' : 'operator'}: ${text}`,
    );
  };
  const say = (text: string, requestId: string, number = 0) =>
    b.handoffs.sendOperatorMessage({ session: SESSION, number, operator: ANN, text, requestId }, operated);
  const reasonOf = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    return error instanceof RpcError ? error.failure.reason : String(error);
  };
  const changes = async () =>
    (await b.feed.readFeed({ cursor: '' })).events
      .filter(({ type }) => type === HandoffChangedSchema.typeName)
      .map(({ data }) => fromBinary(HandoffChangedSchema, data));

  it('get what is asked meanwhile, while the bot is silent; and say what they have to say', async () => {
    await a.ask({ requestId: 'before' });
    const { handoff, recentTurns } = await request();
    expect(handoff).to.include({
      session: SESSION,
      number: 1,
      state: Handoff_State.WAITING,
      reason: Handoff_Reason.ASKED,
    });
    expect(recentTurns.map(({ question, answer }) => `${question} ${answer}`)).to.deep.equal([
      `${QUESTION} Within two hours [1].`,
    ]);
    const { requests } = all.peers;
    const calls = requests.length;
    const { turn, text } = await b.ask({ question: 'Is anybody there?', requestId: 'm1' });
    expect(turn).to.include({ outcome: Outcome.HANDED_OVER, answer: '' });
    expect(text).to.equal('');
    expect((await b.ask({ question: 'Is anybody there?', requestId: 'm1' })).turn?.name).to.equal(turn?.name);
    expect((await say('I am.', 'o1')).handoff).to.include({ state: Handoff_State.HUMAN });
    await a.ask({ question: 'Good!', requestId: 'm2' });
    expect(await said()).to.deep.equal(['person: Good!', 'operator: I am.', 'person: Is anybody there?']);
    expect(requests).to.have.length(calls);
    expect((await stateOf())?.operator).to.include(ANN);
  });

  it('say each thing once, however often they send it, and also after the end', async () => {
    await request();
    const first = await say('Hello.', 'o1');
    await a.handoffs.endHandoff({ session: SESSION }, operated);
    expect((await say('Hello.', 'o1')).message).to.deep.equal(first.message);
    expect(await said()).to.deep.equal(['operator: Hello.']);
    expect(await reasonOf(say('Bye.', 'o1'))).to.equal('REQUEST_ID_REUSED');
    expect(await reasonOf(say('Bye.', 'o2'))).to.equal('HANDOFF_ENDED');
  });

  it('give the session back, and the bot knows nothing of what was said before', async () => {
    await a.ask({ requestId: 'before' });
    await request();
    await a.ask({ question: 'Between us.', requestId: 'm1' });
    const { handoff } = await b.handoffs.endHandoff({ session: SESSION, number: 1 }, operated);
    expect(handoff).to.include({ state: Handoff_State.ENDED, end: Handoff_End.BY_OPERATOR });
    const { turn } = await a.ask({ question: 'And when must a lost bicycle be reported?', requestId: 'after' });
    expect(turn?.outcome).to.equal(Outcome.ANSWERED);
    const prompt =
      all.peers.requests
        .at(-1)
        ?.messages.map((message) => JSON.stringify(message))
        .join('\n') ?? '';
    expect(prompt).to.not.include('Within two hours [').and.not.include('Between us.');
  });

  it('are left by the person, who can ask for them again; one late word to the first handoff changes nothing', async () => {
    await request();
    const left = await b.handoffs.leaveHandoff({ session: SESSION }, asked);
    expect(left.handoff).to.include({ state: Handoff_State.ENDED, end: Handoff_End.BY_PERSON });
    expect((await request()).handoff).to.include({ number: 1, state: Handoff_State.ENDED });
    expect((await request('again')).handoff).to.include({ number: 2, state: Handoff_State.WAITING });
    expect(await reasonOf(say('Late.', 'o1', 1))).to.equal('HANDOFF_ENDED');
    expect(await reasonOf(b.handoffs.endHandoff({ session: SESSION, number: 1 }, operated))).to.equal('HANDOFF_ENDED');
    expect(await reasonOf(b.handoffs.endHandoff({ session: SESSION, number: 3 }, operated))).to.equal(
      'HANDOFF_NOT_FOUND',
    );
    expect(await stateOf()).to.include({ number: 2, state: Handoff_State.WAITING });
  });

  it('do not come in time, or fall silent: the session goes back by itself, told once by all replicas', async () => {
    await request();
    a.clock.aheadMs = 29 * 60_000;
    await pause(100);
    expect(await stateOf()).to.include({ state: Handoff_State.WAITING });
    a.clock.aheadMs = b.clock.aheadMs = 31 * 60_000;
    await ended();
    expect(await stateOf()).to.include({ end: Handoff_End.NOBODY_CAME });
    await request('again');
    await a.handoffs.takeHandoff({ session: SESSION, operator: ANN }, operated);
    a.clock.aheadMs = b.clock.aheadMs = 180 * 60_000;
    await ended();
    expect(await stateOf()).to.include({ number: 2, end: Handoff_End.SILENCE });
  });

  it('are found by operators, the longest waiting first, and nobody who has ended', async () => {
    await request();
    await a.handoffs.requestHandoff({ session: `${ASSISTANT}/sessions/key-a.other`, requestId: 'h' }, asked);
    const list = async () =>
      (await b.handoffs.listHandoffs({ parent: ASSISTANT }, operated)).handoffs.map(({ session }) => session);
    expect(await list()).to.deep.equal([SESSION, `${ASSISTANT}/sessions/key-a.other`]);
    await a.handoffs.leaveHandoff({ session: SESSION }, asked);
    expect(await list()).to.deep.equal([`${ASSISTANT}/sessions/key-a.other`]);
  });

  it('come by themselves only after so many refusals in a row', async () => {
    const due = () => a.handoffs.requestHandoff({ session: SESSION, requestId: 'rule', afterRefusals: 2 }, asked);
    const unanswered = (planet: string) =>
      a.ask({
        question: `How many kilograms does the great and distant ${planet} weigh altogether?`,
        requestId: planet,
      });
    await unanswered('Venus');
    expect(await reasonOf(due())).to.equal('HANDOFF_NOT_DUE');
    await a.ask({ requestId: 'answered' });
    await unanswered('Mars');
    expect(await reasonOf(due())).to.equal('HANDOFF_NOT_DUE');
    await unanswered('Saturn');
    expect((await due()).handoff).to.include({ state: Handoff_State.WAITING, reason: Handoff_Reason.REFUSALS });
  });

  it('are asked for in one’s own session only, and seen by nobody else', async () => {
    await request();
    const stranger = { principal: STRANGER };
    const others = [
      a.handoffs.requestHandoff({ session: SESSION, requestId: 'x' }, stranger),
      a.handoffs.leaveHandoff({ session: SESSION }, stranger),
      a.handoffs.getHandoff({ session: SESSION }, stranger),
      a.handoffs.listHandoffMessages({ parent: SESSION }, stranger),
    ];
    for (const call of others) expect(await reasonOf(call)).to.equal('SESSION_NOT_FOUND');
    expect(await reasonOf(a.handoffs.takeHandoff({ session: SESSION, operator: ANN }, asked))).to.equal(
      'SCOPE_MISSING',
    );
    const unknown = `${ASSISTANT}/sessions/key-a.none`;
    expect(await reasonOf(a.handoffs.getHandoff({ session: unknown }, asked))).to.equal('HANDOFF_NOT_FOUND');
    expect(await reasonOf(a.handoffs.takeHandoff({ session: unknown, operator: ANN }, operated))).to.equal(
      'HANDOFF_NOT_FOUND',
    );
  });

  it('are told in the feed, each change that a reader finds in time, without a word of what was said', async () => {
    await request();
    expect(await changes()).to.have.length(1);
    await a.ask({ question: 'A secret.', requestId: 'm1' });
    await say('Another secret.', 'o1');
    await say('One more.', 'o2');
    const [change, ...more] = await changes();
    expect(more).to.deep.equal([]);
    expect(change).to.include({ session: SESSION, assistant: ASSISTANT, number: 1, state: Handoff_State.HUMAN });
  });
});
