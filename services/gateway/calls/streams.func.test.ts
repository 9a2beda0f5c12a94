import { connect as connectHttp2 } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, createClient } from '@connectrpc/connect';
import { expect } from 'chai';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ASK, collect, fails, grpc, protocols } from '../callers.ts';
import { type FakeHouse, startFakeHouse } from '../fakes.ts';

describe('calls that last', () => {
  let house: FakeHouse;
  before(async () => {
    house = await startFakeHouse();
  });
  after(() => house.stop());

  describe('cancelling', () => {
    const wait = { assistant: 'assistants/demo', question: 'wait' };

    async function abortedWithin(ms: number): Promise<boolean> {
      const call = house.seen.at(-1);
      for (let waited = 0; waited < ms && call?.aborted !== true; waited += 10) await sleep(10);
      return call?.aborted === true;
    }

    for (const name of ['gRPC', 'Connect in JSON', 'gRPC-Web'] as const) {
      it(`reaches the service behind, by ${name}`, async () => {
        const controller = new AbortController();
        const client = createClient(ConversationService, protocols[name](house));
        const error = await fails(async () => {
          for await (const _ of client.ask(wait, { signal: controller.signal })) controller.abort();
        });
        expect(error.code).to.equal(Code.Canceled);
        expect(await abortedWithin(1_000)).to.equal(true);
      });
    }

    it('happens by itself when the deadline passes', async () => {
      const client = createClient(ConversationService, grpc(house));
      const error = await fails(() => collect(client.ask(wait, { timeoutMs: 200 })));
      expect(error.code).to.equal(Code.DeadlineExceeded);
      expect(await abortedWithin(1_000)).to.equal(true);
    });

    it('goes with deadlines that shrink', async () => {
      await createClient(AssistantService, grpc(house)).listAssistants({}, { timeoutMs: 5_000 });
      const left = (house.seen.at(-1)?.context.deadline ?? 0) - Date.now();
      expect(left).to.be.within(3_000, 5_000);
    });
  });

  it('slows a stream down to the pace of its reader', async () => {
    const session = connectHttp2(house.gateway.url, { settings: { initialWindowSize: 65_535 } });
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${ASK}/Ask`,
      'content-type': 'application/connect+json',
      authorization: `Bearer ${house.key}`,
    });
    const request = Buffer.from(JSON.stringify({ assistant: 'assistants/demo', question: 'flood' }));
    const head = Buffer.alloc(5);
    head.writeUInt32BE(request.length, 1);
    stream.end(Buffer.concat([head, request]));
    const sent = () => house.seen.at(-1)?.sent ?? 0;
    for (let before = -1; sent() === 0 || sent() !== before; await sleep(100)) before = sent();
    expect(sent() * 16_384, 'bytes on the way').to.be.lessThan(8 * 1024 * 1024);
    session.destroy();
  });
});
