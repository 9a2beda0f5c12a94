import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@connectrpc/connect';
import { expect } from 'chai';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { Channel, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { ApiKeyService } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';
import { ASSISTANTS, collect, fails, grpc, makeKey, post, reasonOf } from '../callers.ts';
import { type FakeHouse, startFakeHouse } from '../fakes.ts';

describe('credentials', () => {
  let house: FakeHouse;
  before(async () => {
    house = await startFakeHouse();
  });
  after(() => house.stop());

  describe('the principal', () => {
    it('is the key, with its scopes', async () => {
      await post(house, `${ASSISTANTS}/ListAssistants`, {});
      const principal = house.seen.at(-1)?.context.principal;
      expect(principal).to.deep.include({ channel: Channel.API, subject: '', assistants: [] });
      expect(principal?.realm).to.match(/^key-[0-9a-z]{26}$/);
      expect(principal?.scopes).to.have.members([Scope.ASK, Scope.READ, Scope.TEACH, Scope.ADMIN]);
    });

    it('may only what its scopes say', async () => {
      const { secret } = await makeKey(house, [Scope.ASK]);
      expect((await createClient(AssistantService, grpc(house, secret)).listAssistants({})).assistants).to.have.length(
        2,
      );
      const taught = await fails(() => createClient(ImportService, grpc(house, secret)).createImport({}));
      expect(reasonOf(taught)).to.equal('PERMISSION_DENIED otvet/SCOPE_MISSING');
      const { secret: reader } = await makeKey(house, [Scope.READ]);
      const asked = await fails(() => collect(createClient(ConversationService, grpc(house, reader)).ask({})));
      expect(asked.findDetails(ErrorInfoSchema)[0]?.metadata).to.deep.equal({ scope: 'SCOPE_ASK' });
    });

    it('may use only its assistants', async () => {
      const { secret } = await makeKey(house, [Scope.ASK], ['assistants/demo']);
      const client = createClient(ConversationService, grpc(house, secret));
      expect((await client.askUnary({ assistant: 'assistants/demo', question: 'a' })).turn?.answer).to.equal('a');
      const other = await fails(() => client.askUnary({ assistant: 'assistants/other', question: 'a' }));
      expect(reasonOf(other)).to.equal('PERMISSION_DENIED otvet/ASSISTANT_NOT_ALLOWED');
    });
  });

  describe('API keys', () => {
    it('are useless within a second after they are revoked', async () => {
      const { secret, name } = await makeKey(house, [Scope.ASK]);
      const client = createClient(AssistantService, grpc(house, secret));
      await client.listAssistants({});
      const keys = createClient(ApiKeyService, grpc(house));
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
      const { secret, name } = await makeKey(house, [Scope.ASK]);
      await createClient(AssistantService, grpc(house, secret)).listAssistants({});
      await sleep(50);
      const { apiKeys } = await createClient(ApiKeyService, grpc(house)).listApiKeys({ pageSize: 2 });
      expect(apiKeys[0]).to.deep.include({ name, prefix: secret.slice(0, 12), scopes: [Scope.ASK] });
      expect(Number(apiKeys[0]?.lastUseTime?.seconds ?? 1n) % 60).to.equal(0);
      expect(JSON.stringify(apiKeys, (_, value) => String(value))).not.to.contain(secret);
    });

    it('cannot hand on more than they have', async () => {
      const { secret } = await makeKey(house, [Scope.ADMIN], ['assistants/demo']);
      const keys = createClient(ApiKeyService, grpc(house, secret));
      const wider = await fails(() => keys.createApiKey({ displayName: 'x', scopes: [Scope.TEACH] }));
      expect(reasonOf(wider)).to.equal('PERMISSION_DENIED otvet/SCOPE_MISSING');
      const all = await fails(() => keys.createApiKey({ displayName: 'x', scopes: [Scope.ADMIN] }));
      expect(reasonOf(all)).to.equal('PERMISSION_DENIED otvet/ASSISTANT_NOT_ALLOWED');
      const own = { displayName: 'x', scopes: [Scope.ADMIN], assistants: ['assistants/demo'] };
      expect((await keys.createApiKey(own)).secret).to.match(/^otvet_/);
    });

    it('never stand in a log', async () => {
      await post(house, `${ASSISTANTS}/ListAssistants`, {}, { authorization: 'Bearer otvet_wrong' });
      expect(house.logged()).not.to.contain(house.key);
      expect(house.logged()).not.to.match(/otvet_[0-9a-z]{10}/);
    });
  });

  describe('the key of this machine', () => {
    it('is for its owner alone, and stays through a restart', async () => {
      expect((await stat(house.gateway.keyFile)).mode & 0o777).to.equal(0o600);
      await house.restart();
      expect((await readFile(house.gateway.keyFile, 'utf8')).trim()).to.equal(house.key);
      expect((await post(house, `${ASSISTANTS}/ListAssistants`, {})).status).to.equal(200);
    });

    it('is made anew when its file is missing or foreign, and the lost one is revoked', async () => {
      for (const spoil of [() => rm(house.gateway.keyFile), () => writeFile(house.gateway.keyFile, 'otvet_foreign')]) {
        const lost = (await readFile(house.gateway.keyFile, 'utf8')).trim();
        await spoil();
        await house.restart();
        const made = (await readFile(house.gateway.keyFile, 'utf8')).trim();
        expect(made).not.to.equal(lost);
        const statusOf = async (key: string) =>
          (await post(house, `${ASSISTANTS}/ListAssistants`, {}, { authorization: `Bearer ${key}` })).status;
        expect(await statusOf(lost)).to.equal(401);
        expect(await statusOf(made)).to.equal(200);
      }
    });
  });
});
