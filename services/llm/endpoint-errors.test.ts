import { expect } from 'chai';
import { OpenAI } from 'openai';
import { failureOf, retryAfter } from './endpoint-errors.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function refused(status: number, error: object = {}, headers: Record<string, string> = {}) {
  return failureOf(OpenAI.APIError.generate(status, { error }, undefined, new Headers(headers)), NOW);
}

describe('refusals of an endpoint', () => {
  it('tell spent quota from a limited rate', () => {
    expect(refused(429, { code: 'insufficient_quota' })).to.deep.equal({ kind: 'quota_exhausted' });
    expect(refused(429, { type: 'insufficient_quota' })).to.deep.equal({ kind: 'quota_exhausted' });
    expect(refused(402)).to.deep.equal({ kind: 'quota_exhausted' });
    expect(refused(429, { code: 'rate_limit_exceeded' }, { 'retry-after': '2' })).to.deep.equal({
      kind: 'rate_limited',
      retryAfterMs: 2_000,
    });
  });

  it('tell what the operator must mend from what passes and what the prompt is at fault for', () => {
    for (const status of [401, 403, 404]) expect(refused(status).kind).to.equal('rejected_credentials');
    for (const status of [408, 409, 500, 502, 503, 529, 302]) expect(refused(status).kind).to.equal('unavailable');
    for (const status of [400, 413, 422]) expect(refused(status).kind).to.equal('rejected_prompt');
    expect(refused(400, { param: 'temperature' })).to.include({ parameter: 'temperature' });
  });

  it('keep nothing of what the endpoint said', () => {
    expect(JSON.stringify(refused(400, { message: 'your prompt "SECRET" is bad' }))).not.to.include('SECRET');
  });

  it('ask for a wait in seconds, milliseconds or by date', () => {
    const asked = (headers: Record<string, string>) => retryAfter(new Headers(headers), NOW);
    expect(asked({ 'retry-after': '1.5' })).to.equal(1_500);
    expect(asked({ 'retry-after-ms': '40', 'retry-after': '9' })).to.equal(40);
    expect(asked({ 'retry-after': 'Mon, 23 Nov 2026 12:00:07 GMT' })).to.equal(7_000);
    expect(asked({ 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' })).to.equal(0);
    expect(asked({ 'retry-after': 'soon' })).to.equal(undefined);
    expect(asked({})).to.equal(undefined);
  });
});
