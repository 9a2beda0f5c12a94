import { Code, createClient } from '@connectrpc/connect';
import { expect } from 'chai';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { ASK, ASSISTANTS, fails, grpc, post, said } from '../callers.ts';
import { type FakeHouse, startFakeHouse } from '../fakes.ts';

describe('requests to the API', () => {
  let house: FakeHouse;
  before(async () => {
    house = await startFakeHouse();
  });
  after(() => house.stop());

  describe('for curl', () => {
    it('takes JSON in both spellings, and GET for what only reads', async () => {
      const asked = await post(house, `${ASK}/AskUnary`, {
        assistant: 'assistants/demo',
        question: 'Почему?',
        session_id: 'a',
      });
      expect(asked.status).to.equal(200);
      expect(asked.body.turn).to.deep.include({ answer: 'Почему?' });
      const query = `?encoding=json&message=${encodeURIComponent('{"name":"assistants/demo"}')}`;
      const got = await fetch(`${house.gateway.url}/${ASSISTANTS}/GetAssistant${query}`, {
        headers: { authorization: `Bearer ${house.key}` },
      });
      expect(await got.json()).to.deep.equal({ assistant: { name: 'assistants/demo', displayName: 'The demo' } });
    });

    it('names every unknown field and wrong type', async () => {
      const { status, body } = await post(house, `${ASK}/AskUnary`, { assistant: 7, question: 'a', colour: 'red' });
      expect(status).to.equal(400);
      expect(body.code).to.equal('invalid_argument');
      expect(said(body)).to.contain('INVALID_REQUEST').and.contain('"assistant"').and.contain('"colour"');
    });

    it('refuses what is no JSON, no UTF-8 or far too long, without repeating it', async () => {
      const long = JSON.stringify({ assistant: 'assistants/demo', question: 'secret '.repeat(15_000) });
      const broken = Buffer.from('{"assistant":"assistants/demo","question":"secret \xff"}', 'latin1');
      for (const body of ['secret', '', '{"question":"secret"', broken, long, '[]']) {
        const answer = await post(house, `${ASK}/AskUnary`, body);
        expect(answer.status).to.equal(400);
        expect(said(answer.body)).to.contain('INVALID_REQUEST');
        expect(JSON.stringify(answer.body)).not.to.contain('secret');
      }
      expect(house.logged()).not.to.contain('secret ');
    });

    it('refuses bodies beyond the limit, and takes a file of 16 MiB', async () => {
      const tooLong = await post(house, `${ASK}/AskUnary`, { question: 'x'.repeat(5 * 1024 * 1024) });
      expect(tooLong.status).to.equal(400);
      expect(said(tooLong.body)).to.contain('max_bytes');
      const request = { parent: 'assistants/demo', file: 'a.txt', content: new Uint8Array(16 * 1024 * 1024) };
      const taken = await createClient(ImportService, grpc(house)).createImport(request);
      expect(taken.import?.rowCount).to.equal(16 * 1024 * 1024);
      const more = { ...request, content: new Uint8Array(25 * 1024 * 1024) };
      expect((await fails(() => createClient(ImportService, grpc(house)).createImport(more))).code).to.equal(
        Code.InvalidArgument,
      );
    }).timeout(20_000);

    it('tells nothing of what went wrong inside', async () => {
      const { status, body } = await post(house, `${ASSISTANTS}/GetAssistant`, { name: 'assistants/broken' });
      expect(status).to.equal(500);
      expect(JSON.stringify(body)).not.to.contain('secret cause');
      expect(said(body)).to.contain('"reason":"INTERNAL"').and.contain('"id"');
    });

    it('passes reasons on as they are', async () => {
      const { status, body } = await post(house, `${ASSISTANTS}/GetAssistant`, { name: 'assistants/none' });
      expect(status).to.equal(404);
      expect(said(body)).to.contain('ASSISTANT_NOT_FOUND').and.contain('training.otvet');
    });

    it('says that a service is not there', async () => {
      const { status, body } = await post(house, 'otvet.telegram.v1.BotService/ListBots', {});
      expect(status).to.equal(503);
      expect(body.code).to.equal('unavailable');
    });

    it('tells what to send to who sends a form', async () => {
      const body = new URLSearchParams({ question: 'a' });
      const answer = await fetch(`${house.gateway.url}/${ASK}/AskUnary`, { method: 'POST', body });
      expect(answer.status).to.equal(415);
      expect(await answer.text()).to.contain('application/json');
    });

    it('has nothing else', async () => {
      for (const path of [
        'nothing',
        'healthz',
        'metrics',
        '.env',
        'assets/index.html',
        'assets/main.test.js',
        'chat/',
      ]) {
        expect((await fetch(`${house.gateway.url}/${path}`)).status, path).to.equal(404);
      }
    });
  });
});
