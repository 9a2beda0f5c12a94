import { expect } from 'chai';
import { forwardedName } from '#lib/rpc/forwarded-certificate.ts';

const HASH = 'Hash=0123456789abcdef';
const BY = 'By=spiffe://otvet.local/ns/otvet/sa/training';
const gateway = 'URI=spiffe://otvet.local/ns/otvet/sa/gateway';
const llm = 'URI=spiffe://otvet.local/ns/otvet/sa/llm';

describe('x-forwarded-client-cert', () => {
  it('tells the caller by the URI of its last element', () => {
    const name = { trustDomain: 'otvet.local', namespace: 'otvet', service: 'gateway' };
    for (const header of [
      gateway,
      `${BY};${HASH};Subject="";${gateway}`,
      `${BY};${HASH};Subject="CN=a\\"b,O=c;d";${gateway};DNS=gateway.otvet`,
      `${BY};${HASH};${llm},${BY};${gateway}`,
      'By=x;URI="spiffe://otvet.local/ns/otvet/sa/gateway"',
    ]) {
      expect(forwardedName(header), header).to.deep.equal(name);
    }
  });

  it('tells nobody where it is absent, malformed, or names none or two', () => {
    for (const header of [
      '',
      ',',
      BY,
      `${gateway},`,
      `${gateway},${BY}`,
      `${gateway};${llm}`,
      `${gateway};${gateway}`,
      `Subject="never closed;${gateway}`,
      `Subject="a"b;${gateway}`,
      `URI=spiffe://otvet.local/ns/otvet/sa/gateway/more`,
      'URI=https://otvet.local/ns/otvet/sa/gateway',
      `${gateway} `,
      `=x;${gateway}`,
      `${gateway};`,
      `${BY};${'Hash=0;'.repeat(4_000)}${gateway}`,
    ]) {
      expect(forwardedName(header), header.slice(0, 80)).to.equal(undefined);
    }
  });

  it('is not taken in by quotes that reach over what the sidecar adds', () => {
    const added = `,${BY};${HASH};Subject="CN=x";${gateway}`;
    for (const claim of ['Hash="', `${llm};Subject="`, 'Subject="\\', `URI="spiffe://otvet.local/ns/otvet/sa/llm`]) {
      expect(forwardedName(claim + added), claim).to.equal(undefined);
    }
    expect(forwardedName(llm + added)?.service).to.equal('gateway');
  });
});
