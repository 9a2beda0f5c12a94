import { Code, createClient } from '@connectrpc/connect';
import { expect } from 'chai';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ASK, ASSISTANTS, collect, fails, grpc, protocols, reasonOf } from '../callers.ts';
import { type FakeHouse, startFakeHouse } from '../fakes.ts';

describe('the API', () => {
  let house: FakeHouse;
  before(async () => {
    house = await startFakeHouse();
  });
  after(() => house.stop());

  for (const [name, connect] of Object.entries(protocols)) {
    describe(`by ${name}`, () => {
      it('answers', async () => {
        const { assistants } = await createClient(AssistantService, connect(house)).listAssistants({});
        expect(assistants.map((assistant) => assistant.name)).to.deep.equal(['assistants/demo', 'assistants/other']);
      });

      it('streams', async () => {
        const events: string[] = [];
        const request = { assistant: 'assistants/demo', question: 'one two three' };
        for await (const { event } of createClient(ConversationService, connect(house)).ask(request)) {
          events.push(event.case === 'delta' ? event.value.text : String(event.case));
        }
        expect(events).to.deep.equal(['started', 'one ', 'two ', 'three', 'finished']);
      });

      it('gives errors with their details', async () => {
        const client = createClient(ConversationService, connect(house));
        const full = await fails(() => collect(client.ask({ assistant: 'assistants/demo', question: 'busy' })));
        expect(full.code).to.equal(Code.ResourceExhausted);
        expect(full.findDetails(ErrorInfoSchema)[0]).to.deep.include({
          reason: 'SESSION_QUEUE_FULL',
          domain: 'conversation.otvet',
          metadata: { limit: '8' },
        });
        expect(full.findDetails(RetryInfoSchema)[0]?.retryDelay).to.deep.include({ seconds: 1n, nanos: 500_000_000 });

        const wrong = await fails(() => client.askUnary({ assistant: 'x', question: ' ', sessionId: 'ö' }));
        expect(wrong.code).to.equal(Code.InvalidArgument);
        const fields = wrong.findDetails(BadRequestSchema)[0]?.fieldViolations.map(({ field }) => field);
        expect(fields).to.have.members(['assistant', 'question', 'session_id']);
      });

      it('refuses calls without a key, and with a wrong one', async () => {
        const wrong = await fails(() => createClient(AssistantService, connect(house, 'otvet_x')).listAssistants({}));
        expect(reasonOf(wrong)).to.equal('UNAUTHENTICATED gateway.otvet/CREDENTIALS_INVALID');
        const none = await fails(() => collect(createClient(ConversationService, connect(house, '')).ask({})));
        expect(reasonOf(none)).to.equal('UNAUTHENTICATED gateway.otvet/CREDENTIALS_MISSING');
      });

      it('has no method that is not public', async () => {
        const error = await fails(() => createClient(FeedService, connect(house)).readFeed({}));
        expect(reasonOf(error)).to.equal('UNIMPLEMENTED otvet/METHOD_UNKNOWN');
        const stream = await fails(() => collect(createClient(FeedService, connect(house)).followFeed({})));
        expect(reasonOf(stream)).to.equal('UNIMPLEMENTED otvet/METHOD_UNKNOWN');
      });
    });
  }

  it('answers grpcurl: reflection in both versions and health, without a key', async () => {
    const asked = { messageRequest: { case: 'listServices' as const, value: '' } };
    async function* questions() {
      yield asked;
      yield { messageRequest: { case: 'fileContainingSymbol' as const, value: `${ASK}.Ask` } };
      yield { messageRequest: { case: 'fileContainingSymbol' as const, value: 'google.rpc.BadRequest' } };
    }
    const older = { ...ServerReflection, typeName: 'grpc.reflection.v1alpha.ServerReflection' };
    const method = { ...ServerReflection.method.serverReflectionInfo, parent: older };
    const alpha = { ...older, method: { serverReflectionInfo: method }, methods: [method] } as typeof ServerReflection;
    for (const service of [ServerReflection, alpha]) {
      const answers = await collect(createClient(service, grpc(house, '')).serverReflectionInfo(questions()));
      const listed = answers[0]?.messageResponse;
      const names = listed?.case === 'listServicesResponse' ? listed.value.service.map(({ name }) => name) : [];
      expect(names).to.include.members([ASK, ASSISTANTS, 'otvet.account.v1.ApiKeyService']);
      expect(names.join()).not.to.match(/Feed|ModelService/);
      for (const answer of answers.slice(1)) expect(answer.messageResponse.case).to.equal('fileDescriptorResponse');
    }
    expect((await createClient(Health, grpc(house, '')).check({})).status).to.equal(1);
  });
});
