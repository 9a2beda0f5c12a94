import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { expect } from 'chai';
import { openLetterBox } from '#lib/events/nats/letter-box.ts';
import { startNats } from '#testing/servers/nats.ts';
import type { RealServer } from '#testing/servers/server-process.ts';
import { startOrSkip } from '#testing/servers/suite.ts';
import { type Ran, runForTest } from '../server-for-test.ts';

describe('otvet dead-letters', function () {
  this.timeout(60_000);
  let server: RealServer;
  let operator: NatsConnection;
  before(async function () {
    server = await startOrSkip(this, startNats);
    operator = await connect({ servers: server.url });
    await (await openLetterBox(server.url))[Symbol.asyncDispose]();
  });
  after(async () => {
    await operator?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const run = (...argv: string[]): Promise<Ran> =>
    runForTest(['dead-letters', ...argv], { OTVET_NATS_URL: server.url });
  const putAside = async (id: string): Promise<void> => {
    const set = headers();
    const type = 'otvet.training.v1.ReleaseActivated';
    const attributes = { id, source: 'training', type, subject: 'assistants/shop' };
    for (const [name, value] of Object.entries(attributes)) set.set(`ce-${name}`, value);
    const dead = {
      consumer: 'conversation',
      subject: 'otvet.events.training.ReleaseActivated',
      reason: 'TypeError',
      attempts: '8',
    };
    for (const [name, value] of Object.entries(dead)) set.set(`otvet-dead-${name}`, value);
    await operator.request('otvet.dead.conversation', 'data', { headers: set, timeout: 5_000 });
  };

  it('lists, sends again by id, and then all', async () => {
    expect(await run()).to.deep.equal({ exit: 0, out: '', err: '' });
    for (const id of ['e1', 'e2', 'e3']) await putAside(id);
    expect((await run()).out.split('\n')[0]).to.match(
      /^e1\totvet\.training\.v1\.ReleaseActivated\tassistants\/shop\t\d{4}-\S+ \S+Z\tconversation\t8\tTypeError$/,
    );

    const unknown = await run('--replay', 'e1', 'e9');
    expect(unknown).to.include({ exit: 1, err: 'otvet: there is no dead letter e9; nothing was sent\n' });

    const hints = operator.subscribe('otvet.events.>', { max: 1 });
    expect((await run('--replay', 'e2')).out).to.equal('1 sent again\n');
    for await (const { subject, data, headers: set } of hints) {
      expect(subject).to.equal('otvet.events.training.ReleaseActivated');
      expect(Buffer.from(data).toString()).to.equal('data');
      expect(set?.get('ce-id')).to.equal('e2');
      expect(set?.get('otvet-dead-reason')).to.equal('');
    }
    expect(JSON.parse((await run('--json')).out).map(({ id }: { id: string }) => id)).to.deep.equal(['e1', 'e3']);
    expect((await run('--all')).out).to.equal('2 sent again\n');
    expect((await run()).out).to.equal('');
  });
});
