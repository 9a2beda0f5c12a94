import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createAuthority } from '#lib/certificates/authority.ts';
import { type IdentityFiles, identityFromFiles } from '#lib/certificates/files.ts';
import type { TlsIdentity } from '#lib/certificates/identity.ts';
import { LoggableError } from '#lib/telemetry/error.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;
const LLM = { trustDomain: 'example.org', namespace: 'shop', service: 'llm' };

describe('an identity from files', () => {
  let folder: string;
  let files: IdentityFiles;
  let now: number;
  let log: string[];
  let watching: Parameters<typeof identityFromFiles>[2];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'otvet-identity-'));
    const inside = (name: string) => join(folder, name);
    files = { certificate: inside('tls.crt'), key: inside('tls.key'), authority: inside('ca.crt') };
    now = NOW;
    log = [];
    const destination = { write: (line: string) => log.push(line) };
    watching = {
      clock: { now: () => now },
      log: createLogger({ level: 'info', destination }),
      metrics: createMetrics(),
    };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = async (identity: Partial<TlsIdentity>, into: IdentityFiles = files): Promise<void> => {
    for (const part of ['certificate', 'key', 'authority'] as const) {
      const text = identity[part];
      if (text !== undefined) await writeFile(into[part], text);
    }
  };
  const issue = async (service = 'llm', at = NOW, domain = 'example.org', namespace = 'shop') =>
    (await createAuthority(domain, at, namespace)).issue(service);
  const refusal = async (): Promise<string> => {
    const error = await identityFromFiles(files, LLM, watching).then(
      () => undefined,
      (rejected: unknown) => rejected,
    );
    expect(error).to.be.instanceOf(LoggableError);
    return (error as Error).message.replaceAll(`${folder}/`, '');
  };

  it('names the file that is missing, or no PEM, and what is wrong', async () => {
    expect(await refusal()).to.equal('OTVET_MTLS_CERT_FILE: tls.crt does not exist.');
    await write({ ...(await issue()), key: 'not a key' });
    expect(await refusal()).to.equal('OTVET_MTLS_KEY_FILE: tls.key is no private key in PEM without a passphrase.');
    await write({ ...(await issue()), authority: '' });
    expect(await refusal()).to.equal('OTVET_MTLS_CA_FILE: ca.crt is no certificate in PEM.');
    await rm(files.key);
    await symlink(folder, files.key);
    expect(await refusal()).to.equal('OTVET_MTLS_KEY_FILE: tls.key cannot be read (EISDIR).');
  });

  it('refuses what does not fit together, the name of another, and what is not valid now', async () => {
    await write({ ...(await issue()), key: (await issue()).key });
    expect(await refusal()).to.equal('OTVET_MTLS_KEY_FILE: tls.key does not fit the certificate.');
    for (const other of [
      await issue('gateway'),
      await issue('llm', NOW, 'example.com'),
      await issue('llm', NOW, 'example.org', 'x'),
    ]) {
      await write(other);
      expect(await refusal()).to.match(
        /^OTVET_MTLS_CERT_FILE: tls.crt names spiffe:.*, and not spiffe:\/\/example\.org\/ns\/shop\/sa\/llm\.$/,
      );
    }
    await write(await issue('llm', NOW - 400 * DAY_MS));
    expect(await refusal()).to.match(/^OTVET_MTLS_CERT_FILE: tls.crt has expired, at 2026-/);
    await write(await issue('llm', NOW + DAY_MS));
    expect(await refusal()).to.match(/^OTVET_MTLS_CERT_FILE: tls.crt is not valid before 2026-11-24/);
  });

  it('is read again when the files change, also when a link above them is swapped', async () => {
    const folderOf = async (name: string, identity: TlsIdentity): Promise<string> => {
      const path = await mkdtemp(join(folder, name));
      await write(identity, { certificate: join(path, 'crt'), key: join(path, 'key'), authority: join(path, 'ca') });
      return path;
    };
    const [first, second] = [await issue(), await issue()];
    const link = join(folder, '..data');
    await symlink(await folderOf('one', first), link);
    files = { certificate: join(link, 'crt'), key: join(link, 'key'), authority: join(link, 'ca') };
    using identity = await identityFromFiles(files, LLM, watching, 10);
    expect(identity.now()).to.deep.equal(first);
    const changed = new Promise<void>((resolve) => identity.onChange(resolve));
    await symlink(await folderOf('two', second), `${link}.new`);
    await rename(`${link}.new`, link);
    await changed;
    expect(identity.now()).to.deep.equal(second);
  });

  it('stays when the new files cannot be used, says so once, and shows when it ends', async () => {
    const first = await issue();
    await write(first);
    using identity = await identityFromFiles(files, LLM, watching, 5);
    await write({ key: (await issue()).key });
    while (!(await watching.metrics.metrics()).includes('otvet_certificate_failures_total{service="llm"} 3')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(identity.now()).to.deep.equal(first);
    expect(log.filter((line) => line.includes('the new certificate cannot be used'))).to.have.length(1);
    expect(log.join('')).to.include('tls.key does not fit the certificate').and.not.include('PRIVATE KEY');
    const expiry = /otvet_certificate_expiry_seconds\{service="llm"\} (\d+)/.exec(
      await watching.metrics.metrics(),
    )?.[1];
    expect(Number(expiry)).to.be.closeTo((365 * DAY_MS) / 1_000, 10);
  });

  it('says in the log that it has expired, not with each look', async () => {
    await write(await issue());
    using _ = await identityFromFiles(files, LLM, watching, 5);
    now = NOW + 366 * DAY_MS;
    const told = () => log.filter((line) => line.includes('own certificate expired'));
    while (told().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(told()).to.have.length(1);
    expect(told()[0]).to.include('"level":"error"').and.include('2027-11-23');
  });
});
