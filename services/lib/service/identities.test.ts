import { expect } from 'chai';
import { faultsOf } from '#lib/config/variables.ts';
import { processVariables } from '#lib/service/process.ts';

describe('how a service proves itself', () => {
  const faults = (env: Record<string, string>): string[] =>
    faultsOf([processVariables], env).map(({ variable }) => variable);

  it('is by all three files or none, and by none behind a sidecar', () => {
    const files = { OTVET_MTLS_CERT_FILE: 'a', OTVET_MTLS_KEY_FILE: 'b', OTVET_MTLS_CA_FILE: 'c' };
    expect(faults({})).to.deep.equal([]);
    expect(faults(files)).to.deep.equal([]);
    expect(faults({ OTVET_MTLS_KEY_FILE: 'b' })).to.deep.equal(['OTVET_MTLS_CERT_FILE', 'OTVET_MTLS_CA_FILE']);
    expect(faults({ ...files, OTVET_IDENTITY: 'xfcc' })).to.deep.equal(Object.keys(files));
    expect(faults({ OTVET_IDENTITY: 'xfcc' })).to.deep.equal([]);
  });

  it('is told wrong at once with all else', () => {
    const env = { OTVET_MTLS_KEY_FILE: 'b', OTVET_LOG_LEVEL: 'loud' };
    expect(faults(env)).to.have.members(['OTVET_MTLS_CERT_FILE', 'OTVET_MTLS_CA_FILE', 'OTVET_LOG_LEVEL']);
  });
});
