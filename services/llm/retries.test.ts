import { expect } from 'chai';
import fc from 'fast-check';
import type { Failure } from './failures.ts';
import { waitBeforeRetry } from './retries.ts';

const policy = { maxRetries: 2, baseMs: 250, capMs: 8_000 };
const down: Failure = { kind: 'unavailable', detail: 'HTTP 503' };

describe('waits before a retry', () => {
  it('grow with each retry and are spread by chance', () => {
    expect(waitBeforeRetry(down, 0, 20_000, 0, policy)).to.equal(125);
    expect(waitBeforeRetry(down, 0, 20_000, 1, policy)).to.equal(250);
    expect(waitBeforeRetry(down, 1, 20_000, 1, policy)).to.equal(500);
  });

  it('end with the policy, and with the time for the first token', () => {
    expect(waitBeforeRetry(down, 2, 20_000, 0, policy)).to.equal(undefined);
    expect(waitBeforeRetry(down, 0, 100, 0, policy)).to.equal(undefined);
  });

  it('are as long as the endpoint asks, unless that is too long', () => {
    const asks = (retryAfterMs: number): Failure => ({ kind: 'rate_limited', retryAfterMs });
    expect(waitBeforeRetry(asks(3_000), 0, 20_000, 0, policy)).to.equal(3_000);
    expect(waitBeforeRetry(asks(9_000), 0, 20_000, 0, policy)).to.equal(undefined);
  });

  it('are not for failures that waiting does not cure', () => {
    const final: Failure[] = [
      { kind: 'quota_exhausted' },
      { kind: 'rejected_credentials', status: 401 },
      { kind: 'rejected_prompt', status: 400, parameter: undefined },
      { kind: 'timeout', limit: 'first_token', limitMs: 1 },
      { kind: 'model_unknown', model: 'x' },
    ];
    for (const failure of final)
      expect(waitBeforeRetry(failure, 0, 20_000, 0, policy), failure.kind).to.equal(undefined);
  });

  it('never pass the cap and the remaining time', () => {
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.integer({ min: -10, max: 60_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, left, chance) => {
          const wait = waitBeforeRetry(down, n, left, chance, { ...policy, maxRetries: 9 });
          return wait === undefined || (wait >= 0 && wait <= policy.capMs && wait <= left);
        },
      ),
    );
  });
});
