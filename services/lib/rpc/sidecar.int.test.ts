import { create, toBinary } from '@bufbuild/protobuf';
import { credentials, Metadata, Client as PlainClient, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { Channel, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { createAuthority } from '#lib/certificates/authority.ts';
import { spiffeUri } from '#lib/certificates/identity.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { asBuffer, methodDefinition } from '#lib/rpc/definition.ts';
import { PrincipalWriter } from '#lib/rpc/principal.ts';
import { failureOf, type Rig, startRig } from '#lib/rpc/rpc.fixture.ts';
import { serve } from '#lib/rpc/server.ts';
import { decodeStatus, type Failure } from '#lib/rpc/status.ts';
import { createMetrics } from '#lib/telemetry/metrics.ts';

const OTVET = { trustDomain: 'otvet.local', namespace: 'otvet' };
const served = [
  serve(AssistantService, {
    createAssistant: async () => ({}),
    getAssistant: async ({ name }) => ({ assistant: { name } }),
    listAssistants: async () => ({}),
  }),
  serve(ImportService, { createImport: async () => ({}), getImport: async () => ({}), listImports: async () => ({}) }),
];
const teacher = create(PrincipalSchema, {
  channel: Channel.API,
  realm: 'key-k',
  scopes: [Scope.ASK, Scope.READ, Scope.TEACH, Scope.ADMIN],
});

/** One call to training: what it failed with, or undefined. */
type Try = (
  caller: { service: string; trustDomain?: string; namespace?: string },
  method: 'getAssistant' | 'createAssistant' | 'createImport',
  principal?: typeof teacher,
) => Promise<Failure | undefined>;

const request = {
  getAssistant: { name: 'assistants/bank' },
  createAssistant: { assistantId: 'bank', assistant: { displayName: 'Bank' } },
  createImport: {},
};

describe('who may call what', () => {
  const modes: [string, () => Promise<{ attempt: Try; rig: Rig }>][] = [
    ['by certificate', byCertificate],
    ['by the word of a sidecar', bySidecar],
  ];
  for (const [mode, start] of modes) {
    describe(mode, () => {
      let attempt: Try;
      let rig: Rig;
      before(async () => {
        ({ attempt, rig } = await start());
      });
      after(() => rig[Symbol.asyncDispose]());

      it('lets in whom the method lists, and the edge on behalf of somebody', async () => {
        expect(await attempt({ service: 'telegram-adapter' }, 'getAssistant')).to.equal(undefined);
        expect(await attempt({ service: 'conversation' }, 'getAssistant')).to.equal(undefined);
        expect(await attempt({ service: 'gateway' }, 'createAssistant', teacher)).to.equal(undefined);
      });

      it('lets neither the adapter nor conversation write, nor speak for the edge', async () => {
        for (const service of ['telegram-adapter', 'conversation']) {
          for (const method of ['createAssistant', 'createImport'] as const) {
            for (const principal of [undefined, teacher]) {
              const failure = await attempt({ service }, method, principal);
              expect(failure?.reason, `${service} ${method}`).to.equal('CALLER_NOT_ALLOWED');
            }
          }
        }
      });

      it('knows nobody of another namespace or trust domain', async () => {
        const strangers = [
          { service: 'gateway', namespace: 'elsewhere' },
          { service: 'gateway', trustDomain: 'example.org' },
        ];
        for (const stranger of strangers) {
          const failure = await attempt(stranger, 'createAssistant', teacher);
          expect(failure?.reason).to.equal('CALLER_UNKNOWN');
        }
      });
    });
  }

  it('is nobody where the sidecar tells nothing, or something malformed', async () => {
    const { rig } = await bySidecar();
    await using _ = rig;
    for (const header of [undefined, '', 'Hash=00', 'URI="spiffe://otvet.local/ns/otvet/sa/gateway']) {
      const failure = await callWith(rig.server.address, header, 'getAssistant', undefined);
      expect(failure, header).to.include({ code: 'UNAUTHENTICATED', reason: 'CALLER_UNKNOWN' });
    }
  });

  it('listens on loopback behind a sidecar, unless it is told where', async () => {
    const sidecar = { ...OTVET, service: 'training', sidecar: true } as const;
    await using inside = await startRig(served, { address: '0.0.0.0:0', identity: { ...sidecar, anyAddress: false } });
    expect(inside.server.address).to.match(/^127\.0\.0\.1:/);
    await using outside = await startRig(served, { address: '0.0.0.0:0', identity: { ...sidecar, anyAddress: true } });
    expect(outside.server.address).to.match(/^0\.0\.0\.0:/);
  });

  it('is asked in plain text by a channel whose sidecar makes it mutual TLS', async () => {
    const { rig } = await bySidecar();
    await using _ = rig;
    const identity = { ...OTVET, service: 'gateway', sidecar: true, anyAddress: false } as const;
    const { address } = rig.server;
    await using channel = openChannel({ service: 'training', address, identity, metrics: createMetrics() });
    // There is no sidecar here that would say who called.
    const call = createClient(AssistantService, channel).getAssistant(request.getAssistant);
    expect((await failureOf(call)).reason).to.equal('CALLER_UNKNOWN');
  });
});

async function byCertificate(): Promise<{ attempt: Try; rig: Rig }> {
  const own = await createAuthority(OTVET.trustDomain, Date.now());
  const domain = await createAuthority('example.org', Date.now());
  const space = await createAuthority(OTVET.trustDomain, Date.now(), 'elsewhere');
  // All are believed by TLS: the name alone decides.
  const authority = [own, domain, space].map(({ certificate }) => certificate).join('\n');
  const rig = await startRig(served, { identity: { ...(await own.issue('training')), authority } });
  const attempt: Try = async ({ service, trustDomain, namespace }, method, principal) => {
    const issuer = trustDomain ? domain : namespace ? space : own;
    const { key, certificate } = await issuer.issue(service);
    const tls = credentials.createSsl(Buffer.from(authority), Buffer.from(key), Buffer.from(certificate));
    return callPlainly(rig.server.address.replace('127.0.0.1', 'localhost'), tls, new Metadata(), method, principal);
  };
  return { attempt, rig };
}

async function bySidecar(): Promise<{ attempt: Try; rig: Rig }> {
  const identity = { ...OTVET, service: 'training', sidecar: true, anyAddress: false } as const;
  const rig = await startRig(served, { identity });
  const attempt: Try = (caller, method, principal) => {
    const header = `By=spiffe://otvet.local/ns/otvet/sa/training;Hash=00;Subject="";URI=${spiffeUri({ ...OTVET, ...caller })}`;
    return callWith(rig.server.address, header, method, principal);
  };
  return { attempt, rig };
}

function callWith(
  address: string,
  header: string | undefined,
  method: keyof typeof request,
  principal: typeof teacher | undefined,
): Promise<Failure | undefined> {
  const metadata = new Metadata();
  if (header !== undefined) metadata.set('x-forwarded-client-cert', header);
  return callPlainly(address, credentials.createInsecure(), metadata, method, principal);
}

async function callPlainly(
  address: string,
  how: ReturnType<typeof credentials.createInsecure>,
  metadata: Metadata,
  method: keyof typeof request,
  principal: typeof teacher | undefined,
): Promise<Failure | undefined> {
  const desc = method === 'createImport' ? ImportService.method.createImport : AssistantService.method[method];
  if (principal) metadata.set('otvet-principal-bin', new PrincipalWriter().write(principal));
  const { path, requestSerialize, responseDeserialize } = methodDefinition(desc);
  const client = new PlainClient(address, how);
  try {
    const bytes = asBuffer(toBinary(desc.input, create(desc.input, request[method])));
    const error = await new Promise<ServiceError | null>((resolve) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, bytes, metadata, (failed) =>
        resolve(failed),
      );
    });
    const [details] = error?.metadata.get('grpc-status-details-bin') ?? [];
    if (error && !Buffer.isBuffer(details)) throw error;
    return Buffer.isBuffer(details) ? decodeStatus(details) : undefined;
  } finally {
    client.close();
  }
}
