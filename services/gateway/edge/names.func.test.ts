import { connect as connectHttp2 } from 'node:http2';
import { expect } from 'chai';
import { ASSISTANTS, post, said } from '../callers.ts';
import { type FakeHouse, startFakeHouse } from '../fakes.ts';

describe('names', () => {
  let house: FakeHouse;
  before(async () => {
    house = await startFakeHouse();
  });
  after(() => house.stop());

  it('must be its own', async () => {
    const headers = { origin: 'https://evil.example' };
    const { status, body } = await post(house, `${ASSISTANTS}/ListAssistants`, {}, headers);
    expect(status).to.equal(403);
    expect(said(body)).to.contain('ORIGIN_NOT_ALLOWED');
    expect((await fetch(house.gateway.url, { headers })).status).to.equal(403);
    expect(
      (await post(house, `${ASSISTANTS}/ListAssistants`, {}, { origin: 'http://localhost:3000' })).status,
    ).to.equal(200);
  });

  it('are checked in HTTP/2 too', async () => {
    const session = connectHttp2(house.gateway.url);
    const statusOf = (authority: string) =>
      new Promise((resolve) => {
        const stream = session.request({ ':path': '/', ':authority': authority });
        stream.on('response', (headers) => resolve(headers[':status']));
        stream.resume();
      });
    expect(await statusOf('localhost:8080')).to.equal(200);
    expect(await statusOf('rebound.example')).to.equal(403);
    session.close();
  });
});
