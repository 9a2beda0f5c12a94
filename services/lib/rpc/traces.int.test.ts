import { expect } from 'chai';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { collect, startRig } from '#lib/rpc/rpc.fixture.ts';
import { serve } from '#lib/rpc/server.ts';
import type { SpanExporter } from '#lib/telemetry/exporter.ts';
import { inSpan, startTracing } from '#lib/telemetry/traces.ts';

type Finished = Parameters<SpanExporter['export']>[0][number];

describe('traces over the wire', () => {
  it('make one trace of a stream and the call that its handler makes, without what people wrote', async () => {
    const finished: Finished[] = [];
    const exporter: SpanExporter = {
      export(spans, done) {
        finished.push(...spans);
        done({ code: 0 });
      },
      shutdown: () => Promise.resolve(),
    };
    const logged: (string | undefined)[] = [];
    {
      await using _tracing = await startTracing('test', {}, exporter);
      await using rig = await startRig([
        serve(ConversationService, {
          async *ask(_, context) {
            const assistants = await rig.client(AssistantService, 'conversation');
            await assistants.getAssistant({ name: 'assistants/bank' }, { context });
            await inSpan('search', {}, async (span) => {
              logged.push(span.spanContext().traceId);
            });
            yield { event: { case: 'delta', value: { sequence: 1, text: 'hunter2' } } };
            throw new Error('hunter2');
          },
          askUnary: async () => ({}),
          transcribe: async () => ({}),
          stopTurns: async () => ({}),
        }),
        serve(AssistantService, {
          createAssistant: async () => ({}),
          getAssistant: async () => ({}),
          listAssistants: async () => ({}),
        }),
      ]);
      const adapter = await rig.client(ConversationService, 'telegram-adapter');
      await inSpan('update', {}, async () => {
        const question = { assistant: 'assistants/bank', question: 'hunter2' };
        await collect(adapter.ask(question)).catch(() => undefined);
      });
      expect(JSON.parse(rig.log[0] as string).traceId).to.equal(logged[0]);
    }
    const ask = 'otvet.conversation.v1.ConversationService/Ask';
    const get = 'otvet.training.v1.AssistantService/GetAssistant';
    const chain = [];
    for (let span = finished.find(({ name, kind }) => name === get && kind === 1); span; span = parentOf(span)) {
      chain.push(span.name);
    }
    function parentOf({ parentSpanContext }: Finished): Finished | undefined {
      return finished.find((span) => span.spanContext().spanId === parentSpanContext?.spanId);
    }
    expect(chain).to.deep.equal([get, get, ask, ask, 'update']);
    expect(new Set(finished.map((span) => span.spanContext().traceId))).to.deep.equal(new Set(logged));
    expect(
      JSON.stringify(finished.map(({ name, attributes, events, status }) => [name, attributes, events, status])),
    ).not.to.include('hunter2');
  });
});
