import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createAuthority, sharedAuthority } from '#lib/certificates/authority.ts';
import { nameOf, parseSpiffeUri, spiffeNameOf, spiffeUri } from '#lib/certificates/identity.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;

describe('an authority', () => {
  it('issues certificates that name the service, signed by itself', async () => {
    const authority = await createAuthority('otvet.local', NOW);
    const identity = await authority.issue('telegram-adapter');
    const certificate = new X509Certificate(identity.certificate);
    const issuer = new X509Certificate(authority.certificate);
    expect(certificate.verify(issuer.publicKey)).to.equal(true);
    expect(certificate.checkIssued(issuer)).to.equal(true);
    expect(certificate.ca).to.equal(false);
    expect(issuer.ca).to.equal(true);
    expect(certificate.checkHost('localhost')).to.equal('localhost');
    expect(certificate.checkIP('127.0.0.1')).to.equal('127.0.0.1');
    expect(spiffeNameOf(certificate.subjectAltName)).to.deep.equal({
      trustDomain: 'otvet.local',
      namespace: 'otvet',
      service: 'telegram-adapter',
    });
    expect(nameOf(identity)).to.include({ trustDomain: 'otvet.local', namespace: 'otvet' });
  });

  it('is valid now, for a year at most, and no longer than itself', async () => {
    const authority = await createAuthority('otvet.local', NOW);
    const { certificate } = await authority.issue('llm');
    const { validFromDate, validToDate } = new X509Certificate(certificate);
    expect(validFromDate.getTime()).to.be.lessThan(NOW);
    expect(validToDate.getTime()).to.be.within(NOW + 364 * DAY_MS, NOW + 366 * DAY_MS);
    expect(validToDate.getTime()).to.be.at.most(new X509Certificate(authority.certificate).validToDate.getTime());
  });

  it('gives each its own key, and refuses what is no service name', async () => {
    const authority = await createAuthority('otvet.local', NOW);
    const [one, two] = await Promise.all([authority.issue('llm'), authority.issue('llm')]);
    expect(one.key).not.to.equal(two.key);
    const refused = await authority.issue('llm/../gateway').then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).to.be.instanceOf(TypeError);
  });
});

describe('a shared authority', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'otvet-authority-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is the same for all who open it, also when they start at once', async () => {
    const authorities = await Promise.all([1, 2, 3, 4, 5].map(() => sharedAuthority(folder, 'otvet.local', NOW)));
    const later = await sharedAuthority(folder, 'otvet.local', NOW + DAY_MS);
    expect(new Set([...authorities, later].map(({ certificate }) => certificate)).size).to.equal(1);
  });

  it('keeps its key in a file for its owner alone, and nothing else', async () => {
    await sharedAuthority(folder, 'otvet.local', NOW);
    expect(await readdir(folder)).to.deep.equal(['authority.1.json']);
    expect((await stat(join(folder, 'authority.1.json'))).mode & 0o777).to.equal(0o600);
  });

  it('is renewed when near its end, and the one before is believed while it is valid', async () => {
    const first = await sharedAuthority(folder, 'otvet.local', NOW);
    const renewed = await sharedAuthority(folder, 'otvet.local', NOW + 300 * DAY_MS);
    expect(renewed.certificate).not.to.equal(first.certificate);
    const { authority, certificate } = await renewed.issue('llm');
    expect(authority).to.include(first.certificate).and.include(renewed.certificate);
    // Others may not know the new one yet; a little later all do.
    expect(signedBy(certificate, first.certificate)).to.equal(true);
    const later = await sharedAuthority(folder, 'otvet.local', NOW + 300 * DAY_MS + 10 * 60_000);
    expect(signedBy((await later.issue('llm')).certificate, renewed.certificate)).to.equal(true);
    const afterwards = await (await sharedAuthority(folder, 'otvet.local', NOW + 400 * DAY_MS)).issue('llm');
    expect(afterwards.authority).not.to.include(first.certificate);
  });
});

function signedBy(certificate: string, authority: string): boolean {
  return new X509Certificate(certificate).verify(new X509Certificate(authority).publicKey);
}

describe('a SPIFFE name', () => {
  it('is read as it is written', () => {
    const name = { trustDomain: 'otvet.local', namespace: 'otvet', service: 'gateway' };
    expect(parseSpiffeUri(spiffeUri(name))).to.deep.equal(name);
  });

  it('is nothing else, and stands alone', () => {
    const name = 'URI:spiffe://otvet.local/ns/otvet/sa/gateway';
    expect(spiffeNameOf(undefined)).to.equal(undefined);
    expect(spiffeNameOf('DNS:gateway')).to.equal(undefined);
    expect(spiffeNameOf(`${name}, ${name}`)).to.equal(undefined);
    expect(spiffeNameOf(`${name}/extra`)).to.equal(undefined);
    expect(spiffeNameOf('URI:https://otvet.local/ns/otvet/sa/gateway')).to.equal(undefined);
  });
});
