import { create, toBinary } from '@bufbuild/protobuf';
import { credentials, Client as PlainClient, type ServiceError } from '@grpc/grpc-js';
import { expect } from 'chai';
import { Health, HealthCheckResponse_ServingStatus as Status } from '#gen/grpc/health/v1/health_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { AssistantService, GetAssistantRequestSchema } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { createClient, openChannel } from '#lib/rpc/client.ts';
import { asBuffer, methodDefinition } from '#lib/rpc/definition.ts';
import { collect, failureOf, startRig, until } from '#lib/rpc/rpc.fixture.ts';
import { type Handlers, serve } from '#lib/rpc/server.ts';
import { LoggableError } from '#lib/telemetry/error.ts';

const bank = { name: 'assistants/bank' };

function assistants(get: Handlers<typeof AssistantService>['getAssistant']) {
  return serve(AssistantService, {
    createAssistant: async () => ({}),
    getAssistant: get,
    listAssistants: async () => ({}),
  });
}

describe('the RPC server', () => {
  it('refuses more calls than it can take, tells when to come again, and stays alive for probes', async () => {
    const held: (() => void)[] = [];
    await using rig = await startRig([assistants(() => new Promise((resolve) => held.push(() => resolve({}))))], {
      maxInFlight: 2,
    });
    const client = await rig.client(AssistantService, 'conversation');
    const running = [client.getAssistant(bank), client.getAssistant(bank)];
    await until(() => held.length === 2);
    const refused = await failureOf(client.getAssistant(bank));
    expect(refused).to.deep.include({ code: 'RESOURCE_EXHAUSTED', reason: 'OVERLOADED' });
    expect(refused.retryAfterMs).to.be.greaterThan(0);
    const health = await rig.client(Health, 'llm');
    expect((await health.check({})).status).to.equal(Status.SERVING);
    for (const release of held) release();
    await Promise.all(running);
    const again = client.getAssistant(bank);
    await until(() => held.length === 3);
    held[2]?.();
    await again;
  });

  it('tells its health to every service of the trust domain, and each change of it', async () => {
    let ready = false;
    await using rig = await startRig([assistants(async () => ({}))], { ready: () => ready });
    const health = await rig.client(Health, 'llm');
    expect((await health.check({ service: AssistantService.typeName })).status).to.equal(Status.NOT_SERVING);
    expect((await failureOf(health.check({ service: 'no.Such' }))).code).to.equal('NOT_FOUND');
    const watched = health.watch({})[Symbol.asyncIterator]();
    expect((await watched.next()).value?.status).to.equal(Status.NOT_SERVING);
    ready = true;
    expect((await watched.next()).value?.status).to.equal(Status.SERVING);
    await watched.return?.();
  });

  it('knows no method of a service that it does not serve', async () => {
    await using rig = await startRig([assistants(async () => ({}))]);
    const feed = await rig.client(FeedService, 'conversation');
    const failure = await failureOf(feed.readFeed({}));
    expect(failure).to.deep.include({ code: 'UNIMPLEMENTED', reason: 'METHOD_UNKNOWN', domain: 'otvet' });
  });

  it('counts and times calls by method and code', async () => {
    await using rig = await startRig([assistants(async () => ({}))]);
    const client = await rig.client(AssistantService, 'conversation');
    await client.getAssistant(bank);
    await failureOf(client.getAssistant({ name: 'nobody' }));
    const shown = await rig.metrics.metrics();
    const method = 'method="otvet.training.v1.AssistantService/GetAssistant"';
    expect(shown).to.include(`otvet_rpc_server_seconds_count{service="training",${method},code="OK"} 1`);
    expect(shown).to.include(`otvet_rpc_server_seconds_count{service="training",${method},code="INVALID_ARGUMENT"} 1`);
    expect(shown).to.include(`otvet_rpc_client_seconds_count{target="training",${method},code="OK"} 1`);
  });

  it('sets a deadline for callers that set none, and refuses bytes that are no request', async () => {
    let deadline = 0;
    await using rig = await startRig([
      assistants(async (_, context) => {
        deadline = context.deadline;
        return {};
      }),
    ]);
    const { authority, key, certificate } = await rig.issue('conversation');
    const tls = credentials.createSsl(Buffer.from(authority), Buffer.from(key), Buffer.from(certificate));
    const plain = new PlainClient(rig.server.address.replace('127.0.0.1', 'localhost'), tls);
    const { path, requestSerialize, responseDeserialize } = methodDefinition(AssistantService.method.getAssistant);
    const call = (bytes: Buffer) =>
      new Promise<ServiceError | null>((resolve) => {
        plain.makeUnaryRequest(path, requestSerialize, responseDeserialize, bytes, (error) => resolve(error));
      });
    expect(await call(asBuffer(toBinary(GetAssistantRequestSchema, create(GetAssistantRequestSchema, bank))))).to.equal(
      null,
    );
    expect(deadline).to.be.closeTo(Date.now() + 10_000, 1_000);
    const refused = await call(Buffer.from([0x0a, 0xff]));
    expect(refused?.code).to.equal(3);
    plain.close();
  });

  it('stops when its calls are finished', async () => {
    let release: (() => void) | undefined;
    await using rig = await startRig([
      assistants(
        () =>
          new Promise((resolve) => {
            release = () => resolve({ assistant: { displayName: 'finished' } });
          }),
      ),
    ]);
    const client = await rig.client(AssistantService, 'conversation');
    const call = client.getAssistant(bank);
    await until(() => release !== undefined);
    const stopped = rig.server.stop(5_000);
    release?.();
    expect((await call).assistant?.displayName).to.equal('finished');
    await stopped;
    expect((await failureOf(client.getAssistant(bank))).code).to.equal('UNAVAILABLE');
  });

  it('cuts what is not finished when the grace ends, and the handlers hear of it', async () => {
    let aborted = false;
    await using rig = await startRig([
      assistants(
        (_, { signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              aborted = true;
            });
          }),
      ),
    ]);
    const client = await rig.client(AssistantService, 'conversation');
    const call = failureOf(client.getAssistant(bank, { timeoutMs: 5_000 }));
    await until(() => client !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await rig.server.stop(50);
    expect((await call).code).to.equal('UNAVAILABLE');
    await until(() => aborted);
  });

  it('is found again soon after a restart, by calls that may be repeated', async () => {
    const first = await startRig([assistants(async () => ({ assistant: { displayName: 'first' } }))]);
    const identity = await first.issue('conversation');
    const serverIdentity = await first.issue('training');
    const { address } = first.server;
    await using channel = openChannel({ service: 'training', address, identity, metrics: first.metrics });
    const client = createClient(AssistantService, channel);
    expect((await client.getAssistant(bank)).assistant?.displayName).to.equal('first');
    await first[Symbol.asyncDispose]();
    const away = client.getAssistant(bank);
    await using _ = await startRig([assistants(async () => ({ assistant: { displayName: 'second' } }))], {
      address,
      identity: serverIdentity,
    });
    expect((await away).assistant?.displayName).to.equal('second');
  });

  it('names the address that it cannot take', async () => {
    await using rig = await startRig([]);
    const error = await startRig([], { address: rig.server.address }).then(
      () => undefined,
      (rejected: unknown) => rejected,
    );
    expect(error).to.be.instanceOf(LoggableError);
    expect((error as Error).message).to.match(/^training cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
  });

  it('ends calls in progress when their channel is closed', async () => {
    await using rig = await startRig([
      serve(ConversationService, {
        async *ask(_, { signal }) {
          yield { event: { case: 'delta', value: { sequence: 1, text: 'a' } } };
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
        askUnary: async () => ({}),
        transcribe: async () => ({}),
        stopTurns: async () => ({}),
      }),
    ]);
    const channel = await rig.channel('telegram-adapter');
    const question = { assistant: 'assistants/bank', question: 'How?' };
    const read = failureOf(collect(createClient(ConversationService, channel).ask(question)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await channel[Symbol.asyncDispose]();
    expect((await read).code).to.equal('CANCELLED');
    const late = collect(createClient(ConversationService, channel).ask(question));
    expect((await failureOf(late)).code).to.equal('UNAVAILABLE');
  });
});
