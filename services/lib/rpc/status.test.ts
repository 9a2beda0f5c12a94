import { expect } from 'chai';
import fc from 'fast-check';
import { ErrorReason } from '#gen/otvet/access/v1/error_reason_pb.ts';
import {
  bareFailure,
  codeOf,
  decodeStatus,
  encodeStatus,
  type Failure,
  numberOf,
  type StatusCode,
} from '#lib/rpc/status.ts';

const codes = Array.from({ length: 16 }, (_, index) => codeOf(index + 1));

const failure: fc.Arbitrary<Failure> = fc
  .record(
    {
      code: fc.constantFrom<StatusCode>(...codes),
      reason: fc.stringMatching(/^[A-Z_]{1,20}$/),
      domain: fc.constantFrom('otvet', 'training.otvet'),
      message: fc.string({ unit: 'binary' }),
      metadata: fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.string({ unit: 'binary' })),
      violations: fc.array(fc.record({ field: fc.string(), description: fc.string() })),
      retryAfterMs: fc.nat(1_000_000),
    },
    { requiredKeys: ['code', 'reason', 'domain', 'message', 'metadata'] },
  )
  .map((made) => ({ ...made, metadata: { ...made.metadata } }));

describe('a failure', () => {
  it('comes back from its status as it was', () => {
    const comesBack = fc.property(failure, (made) => {
      expect(decodeStatus(encodeStatus(made))).to.deep.equal(made);
    });
    fc.assert(comesBack);
  });

  it('is none where the bytes are no status', () => {
    expect(decodeStatus(new Uint8Array([0xff, 0xff, 0xff]))).to.equal(undefined);
  });

  it('of which only the code is known has a reason of the contract', () => {
    for (const code of codes) expect(ErrorReason).to.have.property(bareFailure(code).reason);
  });

  it('has the numbers of gRPC', () => {
    expect(numberOf('CANCELLED')).to.equal(1);
    expect(numberOf('UNAUTHENTICATED')).to.equal(16);
    expect(codeOf(14)).to.equal('UNAVAILABLE');
    expect([0, 17, -1].map(codeOf)).to.deep.equal(['UNKNOWN', 'UNKNOWN', 'UNKNOWN']);
  });
});
