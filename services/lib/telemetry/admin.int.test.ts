import { expect } from 'chai';
import { type AdminServer, startAdminServer } from '#lib/telemetry/admin.ts';
import { counter, createMetrics } from '#lib/telemetry/metrics.ts';

describe('the admin server', () => {
  const metrics = createMetrics();
  let ready: Record<string, boolean>;
  let admin: AdminServer;
  const get = (path: string, method = 'GET') => fetch(`http://${admin.address}${path}`, { method });

  before(async () => {
    admin = await startAdminServer({ address: '127.0.0.1:0', metrics, ready: () => ready });
  });
  after(() => admin.stop());
  beforeEach(() => {
    ready = { llm: true, training: true };
  });

  it('lives, whatever else fails', async () => {
    ready = { llm: false };
    expect((await get('/livez')).status).to.equal(200);
  });

  it('is ready when all services are, and names each', async () => {
    expect((await get('/readyz')).status).to.equal(200);
    ready = { llm: true, training: false };
    const response = await get('/readyz');
    expect(response.status).to.equal(503);
    expect(await response.json()).to.deep.equal({ ready: false, services: { llm: true, training: false } });
  });

  it('shows metrics in the format of Prometheus', async () => {
    counter(metrics, { name: 'otvet_turns_total', help: 'Turns.' }).inc();
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).to.include('otvet_turns_total 1');
  });

  it('has nothing else, and takes nothing', async () => {
    expect((await get('/metrics/../etc')).status).to.equal(404);
    expect((await get('/metrics', 'POST')).status).to.equal(405);
  });

  it('names the address that it cannot take', async () => {
    const error = await startAdminServer({ address: admin.address, metrics, ready: () => ({}) }).then(
      () => undefined,
      (rejected: Error) => rejected,
    );
    expect(error?.message).to.match(/^OTVET_ADMIN_ADDRESS: cannot listen on 127\.0\.0\.1:\d+: it is in use/);
  });
});
