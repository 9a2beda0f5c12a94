import { expect } from 'chai';
import { freePort } from '#testing/ports.ts';
import { runForTest } from '../server-for-test.ts';

describe('otvet dead-letters without NATS', () => {
  it('says that there are none without it', async () => {
    const { exit, err } = await runForTest(['dead-letters'], {});
    expect(exit).to.equal(2);
    expect(err).to.match(/OTVET_NATS_URL is not set/);
  });

  it('says that no server answers, and never shows the address', async () => {
    const env = { OTVET_NATS_URL: `nats://anna:s3cret@127.0.0.1:${await freePort()}` };
    const { exit, err } = await runForTest(['dead-letters'], env);
    expect([exit, err]).to.deep.equal([
      3,
      'otvet: NATS cannot be used: no server answers. Its address is OTVET_NATS_URL.\n',
    ]);
  });

  it('takes ids or all, not both', async () => {
    const { exit } = await runForTest(['dead-letters', '--replay', 'a', '--all'], {
      OTVET_NATS_URL: 'nats://127.0.0.1',
    });
    expect(exit).to.equal(2);
  });
});
