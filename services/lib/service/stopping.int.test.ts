import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { createAuthority } from '#lib/certificates/authority.ts';
import { freePort } from '#testing/ports.ts';

const MAIN = resolve(import.meta.dirname, '../../llm/main.mjs');

/** The llm service as a process of its own. */
class Llm {
  output = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(env: NodeJS.ProcessEnv) {
    const own = { PATH: process.env.PATH, OTVET_LLM_ADDRESS: '127.0.0.1:0', ...env };
    this.child = spawn(process.execPath, ['--no-warnings', MAIN], { env: own, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.ended = new Promise((end) => this.child.once('exit', end));
  }

  async says(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(this.output);
      await new Promise((wake) => setTimeout(wake, 10));
    }
  }
}

describe('a process of one service', () => {
  let folder: string;
  let admin: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'otvet-process-'));
    admin = `127.0.0.1:${await freePort()}`;
  });
  afterEach(() => rm(folder, { recursive: true }));
  const env = () => ({ OTVET_DATA_DIR: folder, OTVET_ADMIN_ADDRESS: admin });
  const readiness = async () => (await fetch(`http://${admin}/readyz`)).status;

  it('says that it is not ready before it stops, goes on for the delay, and ends well', async () => {
    const llm = new Llm({ ...env(), OTVET_DRAIN_DELAY: '1s' });
    await llm.says('started');
    expect(await readiness()).to.equal(200);
    llm.child.kill('SIGTERM');
    let status = 200;
    while (status === 200) status = await readiness();
    expect(status).to.equal(503);
    expect(llm.child.exitCode).to.equal(null);
    expect(await llm.ended).to.equal(0);
  }).timeout(20_000);

  it('proves itself by files, and names the one that it cannot use, with all faults of variables at once', async () => {
    const file = (name: string) => join(folder, name);
    const files = {
      OTVET_MTLS_CERT_FILE: file('tls.crt'),
      OTVET_MTLS_KEY_FILE: file('tls.key'),
      OTVET_MTLS_CA_FILE: file('ca.crt'),
    };
    const alone = new Llm({ ...env(), OTVET_MTLS_KEY_FILE: file('tls.key') });
    expect(await alone.ended).to.equal(1);
    expect(alone.output.trim().split('\n')).to.deep.equal([
      'Otvet cannot start: OTVET_MTLS_CERT_FILE: must be set too when OTVET_MTLS_KEY_FILE is',
      'Otvet cannot start: OTVET_MTLS_CA_FILE: must be set too when OTVET_MTLS_KEY_FILE is',
    ]);
    const { key, certificate, authority } = await (await createAuthority('example.org', Date.now(), 'shop')).issue(
      'llm',
    );
    await Promise.all([
      writeFile(files.OTVET_MTLS_CERT_FILE, certificate),
      writeFile(files.OTVET_MTLS_KEY_FILE, key),
      writeFile(files.OTVET_MTLS_CA_FILE, authority),
    ]);
    const wrong = new Llm({ ...env(), ...files });
    expect(await wrong.ended).to.equal(1);
    expect(wrong.output.trim()).to.equal(
      `Otvet cannot start: OTVET_MTLS_CERT_FILE: ${file('tls.crt')} names spiffe://example.org/ns/shop/sa/llm, and not spiffe://otvet.local/ns/otvet/sa/llm.`,
    );
    const right = new Llm({ ...env(), ...files, OTVET_TRUST_DOMAIN: 'example.org', OTVET_NAMESPACE: 'shop' });
    await right.says('started');
    const metrics = await (await fetch(`http://${admin}/metrics`)).text();
    expect(metrics).to.match(/otvet_certificate_expiry_seconds\{service="llm"\} 3\d{7}/);
    right.child.kill('SIGTERM');
    expect(await right.ended).to.equal(0);
  }).timeout(30_000);
});
