import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { ReleaseService } from '#gen/otvet/training/v1/release_service_pb.ts';
import { sharedAuthority } from '#lib/certificates/authority.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { TRUST_DOMAIN } from '#lib/service/identities.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';
import { principal } from './training.harness.ts';

const ROWS = 4_000;
const owner = { principal: principal() };

/** The training service as a process of its own, and clients of it as the gateway is one. */
async function startProcess(dataDir: string) {
  const env = {
    ...process.env,
    OTVET_DATA_DIR: dataDir,
    OTVET_TRAINING_ADDRESS: '127.0.0.1:0',
    OTVET_ADMIN_ADDRESS: '127.0.0.1:0',
    OTVET_EXAMPLES_DIR: 'none',
  };
  const main = join(import.meta.dirname, 'main.mjs');
  const child = spawn(process.execPath, ['--no-warnings', main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await startedAddress(child);
  const authority = await sharedAuthority(join(dataDir, 'certificates'), TRUST_DOMAIN, Date.now());
  const channel = openChannel({
    service: 'training',
    address,
    identity: await authority.issue('gateway'),
    metrics: createMetrics(),
  });
  return {
    assistants: createClient(AssistantService, channel),
    imports: createClient(ImportService, channel),
    releases: createClient(ReleaseService, channel),
    async end(signal: 'SIGKILL' | 'SIGTERM') {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
      await channel[Symbol.asyncDispose]();
    },
  };
}

async function startedAddress(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no output to read');
  for await (const line of createInterface(child.stdout)) {
    const { msg, address } = JSON.parse(line);
    if (msg !== 'started') continue;
    child.stdout.resume();
    return address;
  }
  throw new Error('training did not start');
}

describe('training, killed with SIGKILL while it reads and trains', () => {
  it('loses and doubles nothing that it accepted', async function () {
    this.timeout(60_000);
    const dataDir = await mkdtemp(join(tmpdir(), 'otvet-killed-'));
    const parent = 'assistants/bank';
    const rows = Array.from({ length: ROWS }, (_, i) => `What about case number ${i}?,Answer ${i}.\n`);
    const content = Buffer.from(`question,answer\n${rows.join('')}`);

    let training = await startProcess(dataDir);
    await training.assistants.createAssistant({ assistantId: 'bank', assistant: { displayName: 'Bank' } }, owner);
    const begun = await training.imports.createImport({ parent, file: 'a.csv', content }, owner);
    const name = begun.import?.name ?? '';
    for (const afterMs of [30, 200, 450]) {
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await training.end('SIGKILL');
      training = await startProcess(dataDir);
    }
    const settled = async () => {
      for (;;) {
        const { import: found } = await training.imports.getImport({ name }, owner);
        if (found?.state === Import_State.RELEASED || found?.state === Import_State.FAILED) return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const done = await settled();
    expect(done).to.include({ state: Import_State.RELEASED, rowCount: ROWS, acceptedCount: ROWS, rejectedCount: 0 });
    const { releases } = await training.releases.listReleases({ parent }, owner);
    expect(releases).to.have.length(1);
    expect(releases[0]).to.include({ exampleCount: ROWS, name: done.release });
    await training.end('SIGTERM');
    await rm(dataDir, { recursive: true });
  });
});
