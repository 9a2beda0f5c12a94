import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { expect } from 'chai';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { Channel, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { ApiKeyService } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { type FakeHouse, startFakeHouse } from './fakes.ts';

const ASK = 'otvet.conversation.v1.ConversationService';
const ASSISTANTS = 'otvet.training.v1.AssistantService';

describe('the public edge', () => {
  let house: FakeHouse;
  before(async () => {
    house = await startFakeHouse();
  });
  after(() => house.stop());

  /** A call as curl makes it. */
  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${house.gateway.url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${house.key}`, ...headers },
      body: typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body),
    });
    return { status: response.status, body: JSON.parse((await response.text()) || 'null'), headers: response.headers };
  }

  /** Reasons and faults of an error as JSON. */
  function said(body: { details?: { type: string; debug?: unknown }[] }): string {
    return JSON.stringify(body.details?.map(({ debug }) => debug));
  }

  const transports: Record<string, (key?: string) => Transport> = {
    gRPC: (key = house.key) => createGrpcTransport({ baseUrl: house.gateway.url, interceptors: [withKey(key)] }),
    'gRPC-Web': (key = house.key) =>
      createGrpcWebTransport({ baseUrl: house.gateway.url, httpVersion: '1.1', interceptors: [withKey(key)] }),
    'gRPC-Web over HTTP/2': (key = house.key) =>
      createGrpcWebTransport({ baseUrl: house.gateway.url, httpVersion: '2', interceptors: [withKey(key)] }),
    Connect: (key = house.key) =>
      createConnectTransport({ baseUrl: house.gateway.url, httpVersion: '2', interceptors: [withKey(key)] }),
    'Connect in JSON': (key = house.key) =>
      createConnectTransport({
        baseUrl: house.gateway.url,
        httpVersion: '1.1',
        useBinaryFormat: false,
        interceptors: [withKey(key)],
      }),
  };
  const grpc = (key?: string) => (transports.gRPC as (key?: string) => Transport)(key);

  async function makeKey(scopes: Scope[], assistants: string[] = []): Promise<{ secret: string; name: string }> {
    const { secret, apiKey } = await createClient(ApiKeyService, grpc()).createApiKey({
      displayName: 'test',
      scopes,
      assistants,
    });
    return { secret, name: apiKey?.name ?? '' };
  }

  for (const [name, transport] of Object.entries(transports)) {
    describe(`by ${name}`, () => {
      it('answers', async () => {
        const { assistants } = await createClient(AssistantService, transport()).listAssistants({});
        expect(assistants.map((assistant) => assistant.name)).to.deep.equal(['assistants/demo', 'assistants/other']);
      });

      it('streams', async () => {
        const events: string[] = [];
        const request = { assistant: 'assistants/demo', question: 'one two three' };
        for await (const { event } of createClient(ConversationService, transport()).ask(request)) {
          events.push(event.case === 'delta' ? event.value.text : String(event.case));
        }
        expect(events).to.deep.equal(['started', 'one ', 'two ', 'three', 'finished']);
      });

      it('gives errors with their details', async () => {
        const client = createClient(ConversationService, transport());
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
        const wrong = await fails(() => createClient(AssistantService, transport('otvet_x')).listAssistants({}));
        expect(reasonOf(wrong)).to.equal('UNAUTHENTICATED gateway.otvet/CREDENTIALS_INVALID');
        const none = await fails(() => collect(createClient(ConversationService, transport('')).ask({})));
        expect(reasonOf(none)).to.equal('UNAUTHENTICATED gateway.otvet/CREDENTIALS_MISSING');
      });

      it('has no method that is not public', async () => {
        const error = await fails(() => createClient(FeedService, transport()).readFeed({}));
        expect(reasonOf(error)).to.equal('UNIMPLEMENTED otvet/METHOD_UNKNOWN');
        const stream = await fails(() => collect(createClient(FeedService, transport()).followFeed({})));
        expect(reasonOf(stream)).to.equal('UNIMPLEMENTED otvet/METHOD_UNKNOWN');
      });
    });
  }

  describe('for curl', () => {
    it('takes JSON in both spellings, and GET for what only reads', async () => {
      const asked = await post(`${ASK}/AskUnary`, {
        assistant: 'assistants/demo',
        question: 'Почему?',
        session_id: 'a',
      });
      expect(asked.status).to.equal(200);
      expect(asked.body.turn.answer).to.equal('Почему?');
      const query = `?encoding=json&message=${encodeURIComponent('{"name":"assistants/demo"}')}`;
      const got = await fetch(`${house.gateway.url}/${ASSISTANTS}/GetAssistant${query}`, {
        headers: { authorization: `Bearer ${house.key}` },
      });
      expect(await got.json()).to.deep.equal({ assistant: { name: 'assistants/demo', displayName: 'The demo' } });
    });

    it('names every unknown field and wrong type', async () => {
      const { status, body } = await post(`${ASK}/AskUnary`, { assistant: 7, question: 'a', colour: 'red' });
      expect(status).to.equal(400);
      expect(body.code).to.equal('invalid_argument');
      expect(said(body)).to.contain('INVALID_REQUEST').and.contain('"assistant"').and.contain('"colour"');
    });

    it('refuses what is no JSON, no UTF-8 or far too long, without repeating it', async () => {
      const long = JSON.stringify({ assistant: 'assistants/demo', question: 'secret '.repeat(15_000) });
      const broken = Buffer.from('{"assistant":"assistants/demo","question":"secret \xff"}', 'latin1');
      for (const body of ['secret', '', '{"question":"secret"', broken, long, '[]']) {
        const answer = await post(`${ASK}/AskUnary`, body);
        expect(answer.status).to.equal(400);
        expect(said(answer.body)).to.contain('INVALID_REQUEST');
        expect(JSON.stringify(answer.body)).not.to.contain('secret');
      }
      expect(house.logged()).not.to.contain('secret ');
    });

    it('refuses bodies beyond the limit, and takes a file of 16 MiB', async () => {
      const tooLong = await post(`${ASK}/AskUnary`, { question: 'x'.repeat(5 * 1024 * 1024) });
      expect(tooLong.status).to.equal(400);
      expect(said(tooLong.body)).to.contain('max_bytes');
      const request = { parent: 'assistants/demo', file: 'a.txt', content: new Uint8Array(16 * 1024 * 1024) };
      const taken = await createClient(ImportService, grpc()).createImport(request);
      expect(taken.import?.rowCount).to.equal(16 * 1024 * 1024);
      const more = { ...request, content: new Uint8Array(25 * 1024 * 1024) };
      expect((await fails(() => createClient(ImportService, grpc()).createImport(more))).code).to.equal(
        Code.InvalidArgument,
      );
    }).timeout(20_000);

    it('tells nothing of what went wrong inside', async () => {
      const { status, body } = await post(`${ASSISTANTS}/GetAssistant`, { name: 'assistants/broken' });
      expect(status).to.equal(500);
      expect(JSON.stringify(body)).not.to.contain('secret cause');
      expect(said(body)).to.contain('"reason":"INTERNAL"').and.contain('"id"');
    });

    it('passes reasons on as they are', async () => {
      const { status, body } = await post(`${ASSISTANTS}/GetAssistant`, { name: 'assistants/none' });
      expect(status).to.equal(404);
      expect(said(body)).to.contain('ASSISTANT_NOT_FOUND').and.contain('training.otvet');
    });

    it('says that a service is not there', async () => {
      const { status, body } = await post('otvet.telegram.v1.BotService/ListBots', {});
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

  describe('the principal', () => {
    it('is the key, with its scopes', async () => {
      await post(`${ASSISTANTS}/ListAssistants`, {});
      const principal = house.seen.at(-1)?.context.principal;
      expect(principal).to.deep.include({ channel: Channel.API, subject: '', assistants: [] });
      expect(principal?.realm).to.match(/^key-[0-9a-z]{26}$/);
      expect(principal?.scopes).to.have.members([Scope.ASK, Scope.READ, Scope.TEACH, Scope.ADMIN]);
    });

    it('may only what its scopes say', async () => {
      const { secret } = await makeKey([Scope.ASK]);
      expect((await createClient(AssistantService, grpc(secret)).listAssistants({})).assistants).to.have.length(2);
      const taught = await fails(() => createClient(ImportService, grpc(secret)).createImport({}));
      expect(reasonOf(taught)).to.equal('PERMISSION_DENIED otvet/SCOPE_MISSING');
      const { secret: reader } = await makeKey([Scope.READ]);
      const asked = await fails(() => collect(createClient(ConversationService, grpc(reader)).ask({})));
      expect(asked.findDetails(ErrorInfoSchema)[0]?.metadata).to.deep.equal({ scope: 'SCOPE_ASK' });
    });

    it('may use only its assistants', async () => {
      const { secret } = await makeKey([Scope.ASK], ['assistants/demo']);
      const client = createClient(ConversationService, grpc(secret));
      expect((await client.askUnary({ assistant: 'assistants/demo', question: 'a' })).turn?.answer).to.equal('a');
      const other = await fails(() => client.askUnary({ assistant: 'assistants/other', question: 'a' }));
      expect(reasonOf(other)).to.equal('PERMISSION_DENIED otvet/ASSISTANT_NOT_ALLOWED');
    });
  });

  describe('API keys', () => {
    it('are useless within a second after they are revoked', async () => {
      const { secret, name } = await makeKey([Scope.ASK]);
      const client = createClient(AssistantService, grpc(secret));
      await client.listAssistants({});
      const keys = createClient(ApiKeyService, grpc());
      const { apiKey } = await keys.revokeApiKey({ name });
      expect(apiKey?.revokeTime).not.to.equal(undefined);
      await sleep(900);
      const error = await fails(() => client.listAssistants({}));
      expect(reasonOf(error)).to.equal('UNAUTHENTICATED gateway.otvet/CREDENTIALS_INVALID');
      expect((await keys.revokeApiKey({ name })).apiKey).to.deep.equal(apiKey);
      const none = await fails(() => keys.revokeApiKey({ name: 'apiKeys/none' }));
      expect(reasonOf(none)).to.equal('NOT_FOUND gateway.otvet/API_KEY_NOT_FOUND');
    });

    it('are listed, the newest first, without their secrets, with their last use', async () => {
      const { secret, name } = await makeKey([Scope.ASK]);
      await createClient(AssistantService, grpc(secret)).listAssistants({});
      await sleep(50);
      const { apiKeys } = await createClient(ApiKeyService, grpc()).listApiKeys({ pageSize: 2 });
      expect(apiKeys[0]).to.deep.include({ name, prefix: secret.slice(0, 12), scopes: [Scope.ASK] });
      expect(Number(apiKeys[0]?.lastUseTime?.seconds ?? 1n) % 60).to.equal(0);
      expect(JSON.stringify(apiKeys, (_, value) => String(value))).not.to.contain(secret);
    });

    it('cannot hand on more than they have', async () => {
      const { secret } = await makeKey([Scope.ADMIN], ['assistants/demo']);
      const keys = createClient(ApiKeyService, grpc(secret));
      const wider = await fails(() => keys.createApiKey({ displayName: 'x', scopes: [Scope.TEACH] }));
      expect(reasonOf(wider)).to.equal('PERMISSION_DENIED otvet/SCOPE_MISSING');
      const all = await fails(() => keys.createApiKey({ displayName: 'x', scopes: [Scope.ADMIN] }));
      expect(reasonOf(all)).to.equal('PERMISSION_DENIED otvet/ASSISTANT_NOT_ALLOWED');
      const own = { displayName: 'x', scopes: [Scope.ADMIN], assistants: ['assistants/demo'] };
      expect((await keys.createApiKey(own)).secret).to.match(/^otvet_/);
    });

    it('never stand in a log', async () => {
      await post(`${ASSISTANTS}/ListAssistants`, {}, { authorization: 'Bearer otvet_wrong' });
      expect(house.logged()).not.to.contain(house.key);
      expect(house.logged()).not.to.match(/otvet_[0-9a-z]{10}/);
    });
  });

  describe('names', () => {
    it('must be its own', async () => {
      const headers = { origin: 'https://evil.example' };
      const { status, body } = await post(`${ASSISTANTS}/ListAssistants`, {}, headers);
      expect(status).to.equal(403);
      expect(said(body)).to.contain('ORIGIN_NOT_ALLOWED');
      expect((await fetch(house.gateway.url, { headers })).status).to.equal(403);
      expect((await post(`${ASSISTANTS}/ListAssistants`, {}, { origin: 'http://localhost:3000' })).status).to.equal(
        200,
      );
    });

    it('are checked in HTTP/2 too', async () => {
      const session = connectHttp2(house.gateway.url);
      const statusOf = (authority: string) =>
        new Promise((resolve) => {
          const stream = session.request({ ':path': '/', ':authority': authority });
          stream.on('response', (headers) => resolve(headers[':status']));
          stream.resume();
        });
      expect(await statusOf('localhost:8080')).to.equal(200);
      expect(await statusOf('rebound.example')).to.equal(403);
      session.close();
    });
  });

  describe('cancelling', () => {
    const wait = { assistant: 'assistants/demo', question: 'wait' };

    async function abortedWithin(ms: number): Promise<boolean> {
      const call = house.seen.at(-1);
      for (let waited = 0; waited < ms && call?.aborted !== true; waited += 10) await sleep(10);
      return call?.aborted === true;
    }

    for (const name of ['gRPC', 'Connect in JSON', 'gRPC-Web']) {
      it(`reaches the service behind, by ${name}`, async () => {
        const controller = new AbortController();
        const client = createClient(ConversationService, (transports[name] as () => Transport)());
        const error = await fails(async () => {
          for await (const _ of client.ask(wait, { signal: controller.signal })) controller.abort();
        });
        expect(error.code).to.equal(Code.Canceled);
        expect(await abortedWithin(1_000)).to.equal(true);
      });
    }

    it('happens by itself when the deadline passes', async () => {
      const client = createClient(ConversationService, grpc());
      const error = await fails(() => collect(client.ask(wait, { timeoutMs: 200 })));
      expect(error.code).to.equal(Code.DeadlineExceeded);
      expect(await abortedWithin(1_000)).to.equal(true);
    });

    it('goes with deadlines that shrink', async () => {
      await createClient(AssistantService, grpc()).listAssistants({}, { timeoutMs: 5_000 });
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
      const answers = await collect(createClient(service, grpc('')).serverReflectionInfo(questions()));
      const listed = answers[0]?.messageResponse;
      const names = listed?.case === 'listServicesResponse' ? listed.value.service.map(({ name }) => name) : [];
      expect(names).to.include.members([ASK, ASSISTANTS, 'otvet.account.v1.ApiKeyService']);
      expect(names.join()).not.to.match(/Feed|ModelService/);
      for (const answer of answers.slice(1)) expect(answer.messageResponse.case).to.equal('fileDescriptorResponse');
    }
    expect((await createClient(Health, grpc('')).check({})).status).to.equal(1);
  });

  describe('the key of this machine', () => {
    it('is for its owner alone, and stays through a restart', async () => {
      expect((await stat(house.gateway.keyFile)).mode & 0o777).to.equal(0o600);
      await house.restart();
      expect((await readFile(house.gateway.keyFile, 'utf8')).trim()).to.equal(house.key);
      expect((await post(`${ASSISTANTS}/ListAssistants`, {})).status).to.equal(200);
    });

    it('is made anew when its file is missing or foreign, and the lost one is revoked', async () => {
      for (const spoil of [() => rm(house.gateway.keyFile), () => writeFile(house.gateway.keyFile, 'otvet_foreign')]) {
        const lost = (await readFile(house.gateway.keyFile, 'utf8')).trim();
        await spoil();
        await house.restart();
        const made = (await readFile(house.gateway.keyFile, 'utf8')).trim();
        expect(made).not.to.equal(lost);
        const statusOf = async (key: string) =>
          (await post(`${ASSISTANTS}/ListAssistants`, {}, { authorization: `Bearer ${key}` })).status;
        expect(await statusOf(lost)).to.equal(401);
        expect(await statusOf(made)).to.equal(200);
      }
    });
  });
});

function withKey(key: string): Interceptor {
  return (next) => (request) => {
    if (key !== '') request.header.set('authorization', `Bearer ${key}`);
    return next(request);
  };
}

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

async function fails(call: () => Promise<unknown>): Promise<ConnectError> {
  try {
    await call();
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error('the call went well');
}

function reasonOf(error: ConnectError): string {
  const [info] = error.findDetails(ErrorInfoSchema);
  const code = Code[error.code]?.replace(/(?<!^)[A-Z]/g, '_$&').toUpperCase();
  return `${code} ${info?.domain}/${info?.reason}`;
}
