import { expect } from 'chai';
import { counter, createMetrics, gauge, histogram, readGauge } from '#lib/telemetry/metrics.ts';

describe('metrics', () => {
  it('are shared by services that declare the same', async () => {
    const metrics = createMetrics();
    const spec = { name: 'otvet_turns_total', help: 'Turns.', labels: ['outcome'] } as const;
    counter(metrics, spec).inc({ outcome: 'answered' });
    counter(metrics, spec).inc({ outcome: 'answered' }, 2);
    expect(await metrics.metrics()).to.include('otvet_turns_total{outcome="answered"} 3');
  });

  it('refuse a name that is taken by another kind', () => {
    const metrics = createMetrics();
    gauge(metrics, { name: 'otvet_thing', help: 'A thing.' });
    expect(() => counter(metrics, { name: 'otvet_thing', help: 'A thing.' })).to.throw('already been registered');
  });

  it('have buckets from half a millisecond to a minute where none are named', async () => {
    const metrics = createMetrics();
    histogram(metrics, { name: 'otvet_wait_seconds', help: 'Waits.' }).observe(0.0004);
    const shown = await metrics.metrics();
    expect(shown).to.include('otvet_wait_seconds_bucket{le="0.0005"} 1').and.include('le="60"');
  });

  it('ask readers when they are scraped, add them up, and forget those that left', async () => {
    const metrics = createMetrics();
    const spec = { name: 'otvet_queue', help: 'Waiting.', labels: ['service'] } as const;
    let waiting = 1;
    const leave = readGauge(metrics, spec, { service: 'llm' }, () => waiting);
    readGauge(metrics, spec, { service: 'llm' }, () => 10);
    waiting = 2;
    expect(await metrics.metrics()).to.include('otvet_queue{service="llm"} 12');
    leave();
    expect(await metrics.metrics()).to.include('otvet_queue{service="llm"} 10');
  });
});
