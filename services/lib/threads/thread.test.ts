import { expect } from 'chai';
import { Thread, ThreadDied, ThreadFailure } from './thread.ts';

const WORKER = `
  import { parentPort, threadId } from 'node:worker_threads';
  parentPort.on('message', ({ id, method, argument }) => {
    if (method === 'die') process.exit(1);
    if (method === 'fail') parentPort.postMessage({ id, ok: false, message: 'no', stack: '' });
    if (method === 'echo') parentPort.postMessage({ id, ok: true, result: argument });
    if (method === 'thread') parentPort.postMessage({ id, ok: true, result: threadId });
  });
`;
const module = new URL(`data:text/javascript,${encodeURIComponent(WORKER)}`);

async function failureOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a thread', () => {
  it('answers, and fails a question without failing others', async () => {
    await using thread = new Thread(module, 1_000);
    const [failed, echoed] = await Promise.all([failureOf(thread.ask('fail', 1)), thread.ask('echo', [1, 2])]);
    expect(failed).to.be.instanceOf(ThreadFailure);
    expect(echoed).to.deep.equal([1, 2]);
  });

  it('tells all who wait when its worker dies, and goes on with another', async () => {
    await using thread = new Thread(module, 1_000);
    const [died, waiting] = await Promise.all([failureOf(thread.ask('die', 0)), failureOf(thread.ask('echo', 0))]);
    expect(died).to.be.instanceOf(ThreadDied);
    expect(waiting).to.be.instanceOf(ThreadDied);
    expect(await thread.ask('echo', 'again')).to.equal('again');
  });

  it('ends its worker when nobody asks for a while, but not while it is held', async () => {
    await using thread = new Thread(module, 10);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 60));
    const held = thread.hold();
    const first = await thread.ask('thread', 0);
    await pause();
    expect(await thread.ask('thread', 0)).to.equal(first);
    held[Symbol.dispose]();
    await pause();
    expect(await thread.ask('thread', 0)).to.not.equal(first);
  });

  it('answers nothing after its end', async () => {
    const thread = new Thread(module, 1_000);
    const waiting = failureOf(thread.ask('echo', 0));
    await thread[Symbol.asyncDispose]();
    expect(await waiting).to.be.instanceOf(ThreadDied);
    expect(await failureOf(thread.ask('echo', 0))).to.be.instanceOf(ThreadDied);
  });
});
