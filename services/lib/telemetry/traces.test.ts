import { expect } from 'chai';
import { activeTracer, formatTraceparent, inSpan, parseTraceparent } from '#lib/telemetry/traces.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a traceparent', () => {
  it('is read as it is written', () => {
    const span = parseTraceparent(TRACEPARENT);
    expect(span).to.include({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 });
    expect(span && formatTraceparent(span)).to.equal(TRACEPARENT);
  });

  it('is none where the text is another', () => {
    for (const text of [
      '',
      'x',
      TRACEPARENT.toUpperCase(),
      `${TRACEPARENT}-x`,
      `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`,
    ]) {
      expect(parseTraceparent(text), text).to.equal(undefined);
    }
  });
});

describe('a span', () => {
  it('is no hindrance while tracing is off', async () => {
    expect(activeTracer()).to.equal(undefined);
    expect(await inSpan('search', {}, async () => 42)).to.equal(42);
  });

  it('lets a failure through', async () => {
    const failure = new Error('failed');
    const error = await inSpan('search', {}, () => Promise.reject(failure)).catch((rejected: unknown) => rejected);
    expect(error).to.equal(failure);
  });
});
