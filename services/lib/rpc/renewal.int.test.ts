import { expect } from 'chai';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import type { TlsIdentity } from '#lib/certificates/identity.ts';
import { KeptIdentity } from '#lib/certificates/kept.ts';
import { systemClock } from '#lib/clock.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { startRig, until } from '#lib/rpc/rpc.fixture.ts';
import { serve } from '#lib/rpc/server.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { createLogger } from '#lib/telemetry/log.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';

const bank = { name: 'assistants/bank' };
const YEAR_MS = 365 * 86_400_000;

describe('certificates that change while they are used', () => {
  it('serve new connections, both ends, and break no call in progress', async () => {
    const old = await createAuthority('otvet.local', Date.now());
    const next = await createAuthority('otvet.local', Date.now());
    const both = `${old.certificate}\n${next.certificate}`;
    const server = kept({ ...(await old.issue('training')), authority: both });
    const client = kept({ ...(await old.issue('conversation')), authority: both });
    const waiting: (() => void)[] = [];
    await using rig = await startRig(
      [
        serve(AssistantService, {
          createAssistant: async () => ({}),
          getAssistant: () => new Promise((resolve) => waiting.push(() => resolve({}))),
          listAssistants: async () => ({}),
        }),
      ],
      { identity: server.identity },
    );
    const { address } = rig.server;
    const open = () =>
      openChannel({ service: 'training', address, identity: client.identity, metrics: createMetrics() });
    await using channel = open();
    const inProgress = createClient(AssistantService, channel).getAssistant(bank);
    await until(() => waiting.length === 1);

    server.identity.replace({ ...(await next.issue('training')), authority: next.certificate });
    client.identity.replace({ ...(await next.issue('conversation')), authority: next.certificate });
    // Who believes the old authority only is a stranger now, and who believes the new one is none.
    await using another = open();
    const later = createClient(AssistantService, another).getAssistant(bank);
    await until(() => waiting.length === 2);
    const stale = await old.issue('conversation');
    await using stranger = openChannel({ service: 'training', address, identity: stale, metrics: createMetrics() });
    await expectUnavailable(createClient(AssistantService, stranger).getAssistant(bank));
    for (const answer of waiting) answer();
    await Promise.all([inProgress, later]);
  });

  it('take the new one for a connection that broke, on the same channel', async () => {
    const old = await createAuthority('otvet.local', Date.now());
    const next = await createAuthority('otvet.local', Date.now());
    const client = kept(await old.issue('conversation'));
    const served = serve(AssistantService, {
      createAssistant: async () => ({}),
      getAssistant: async () => ({}),
      listAssistants: async () => ({}),
    });
    const first = await startRig([served], { identity: await old.issue('training') });
    const { address } = first.server;
    await using channel = openChannel({
      service: 'training',
      address,
      identity: client.identity,
      metrics: createMetrics(),
    });
    const training = createClient(AssistantService, channel);
    await training.getAssistant(bank);
    await first[Symbol.asyncDispose]();
    client.identity.replace(await next.issue('conversation'));
    await using _ = await startRig([served], { identity: await next.issue('training'), address });
    await training.getAssistant(bank);
  });

  it('are named when they have expired: the own one and that of the peer, to caller and log, on both sides', async () => {
    const past = await createAuthority('otvet.local', Date.now() - YEAR_MS - 86_400_000);
    const present = await createAuthority('otvet.local', Date.now());
    const authority = `${past.certificate}\n${present.certificate}`;
    const valid = (service: string) => present.issue(service).then((identity) => ({ ...identity, authority }));
    const expired = (service: string) => past.issue(service).then((identity) => ({ ...identity, authority }));

    const server = kept(await valid('training'));
    await using rig = await startRig([], { identity: server.identity });
    const caller = kept(await expired('conversation'));
    await using own = openChannel({
      ...rig,
      service: 'training',
      address: rig.server.address,
      identity: caller.identity,
    });
    const refused = await expectUnavailable(createClient(AssistantService, own).getAssistant(bank));
    expect(refused).to.equal('the certificate of conversation itself has expired');
    expect(caller.log.join('')).to.include('own certificate expired');
    await until(() => server.log.join('').includes('CERT_HAS_EXPIRED'));
    expect(await server.metrics.metrics()).to.match(/otvet_certificate_refusals_total\{service="training"\} [1-9]/);
    expect(server.log.filter((line) => line.includes('CERT_HAS_EXPIRED'))).to.have.length(1);

    await using old = await startRig([], { identity: await expired('training') });
    const user = kept(await valid('conversation'));
    await using other = openChannel({
      ...old,
      service: 'training',
      address: old.server.address,
      identity: user.identity,
    });
    const cause = await expectUnavailable(createClient(AssistantService, other).getAssistant(bank));
    expect(cause).to.match(/^no connection to training: .*certificate has expired/);
    expect(user.log.join('')).to.include('certificate has expired');
  });
});

function kept(first: TlsIdentity) {
  const log: string[] = [];
  const metrics = createMetrics();
  const logger = createLogger({ level: 'debug', destination: { write: (line) => log.push(line) } });
  return { identity: new KeptIdentity(first, { clock: systemClock, log: logger, metrics }), log, metrics };
}

/** What the error says of its cause. */
async function expectUnavailable(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (rejected: unknown) => rejected,
  );
  expect(error).to.be.instanceOf(RpcError);
  expect((error as RpcError).failure.code).to.equal('UNAVAILABLE');
  return ((error as RpcError).cause as Error).message;
}
