import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { memoryAuthority } from '#lib/certificates/authority.ts';
import type { TlsIdentity } from '#lib/certificates/identity.ts';
import { startIssuing } from '#lib/certificates/issuing.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;

describe('certificates that Otvet makes', () => {
  it('are renewed in a process that runs for years, and old and new understand each other', async () => {
    let now = NOW;
    const watching = { clock: { now: () => now }, log: createLogger({ level: 'silent' }), metrics: createMetrics() };
    using issuing = await startIssuing(memoryAuthority('otvet.local'), watching, 5);
    const [llm, training] = [await issuing.issue('llm'), await issuing.issue('training')];
    for (let day = 0; day < 1_000; day += 50) {
      now = NOW + day * DAY_MS;
      const before = llm.now();
      expect(endOf(before), `on day ${day}`).to.be.greaterThan(now);
      expect(isBelieved(before, training.now()), `on day ${day}`).to.equal(true);
      while (Math.min(endOf(llm.now()), endOf(training.now())) - now < 60 * DAY_MS) {
        now += 60_000;
        await new Promise((resolve) => setTimeout(resolve, 10));
        expect(isBelieved(llm.now(), training.now()), `on day ${day}`).to.equal(true);
      }
    }
  });
});

function endOf({ certificate }: TlsIdentity): number {
  return new X509Certificate(certificate).validToDate.getTime();
}

function isBelieved({ certificate }: TlsIdentity, { authority }: TlsIdentity): boolean {
  const all = authority.split(/(?<=-----END CERTIFICATE-----)\s*/).filter((pem) => pem !== '');
  return all.some((pem) => new X509Certificate(certificate).verify(new X509Certificate(pem).publicKey));
}
