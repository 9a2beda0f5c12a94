import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Principal, ScopeSchema } from '#gen/otvet/access/v1/access_pb.ts';
import type { ApiKeySchema } from '#gen/otvet/account/v1/api_key_pb.ts';
import type { ApiKeyService, CreateApiKeyRequest } from '#gen/otvet/account/v1/api_key_service_pb.ts';
import { listPage } from '#lib/documents/page.ts';
import type { Handlers } from '#lib/rpc/served.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import { apiKeyNotFound } from '../calls/refusals.ts';
import type { KeyRecord, Keys } from './keys.ts';

/** The service of API keys, as its contract says. */
export function apiKeyHandlers(keys: Keys): Handlers<typeof ApiKeyService> {
  return {
    async createApiKey(request, { principal }) {
      const refusal = refuseToHandOn(principal, request);
      if (refusal) throw new RpcError(refusal);
      const { displayName, scopes, assistants } = request;
      const { record, secret } = await keys.make({ displayName, scopes, assistants, local: false });
      return { apiKey: toMessage(record), secret };
    },
    async listApiKeys({ pageSize, pageToken }) {
      const query = { index: 'key', order: 'descending', pageSize, pageToken, filter: 'apiKeys' } as const;
      const { documents, nextPageToken } = await listPage(keys.records, query);
      return { apiKeys: documents.map(toMessage), nextPageToken };
    },
    async revokeApiKey({ name }) {
      const record = await keys.revoke(name.slice('apiKeys/'.length));
      if (record === undefined) throw new RpcError(apiKeyNotFound);
      return { apiKey: toMessage(record) };
    },
  };
}

/** Nobody makes a key that may more than the key it is made with. */
function refuseToHandOn(principal: Principal | undefined, request: CreateApiKeyRequest): Failure | undefined {
  const missing = request.scopes.find((scope) => !principal?.scopes.includes(scope));
  if (missing !== undefined) {
    const scope = ScopeSchema.value[missing]?.name ?? String(missing);
    const message = `A key cannot be given ${scope} by one that lacks it.`;
    return { code: 'PERMISSION_DENIED', reason: 'SCOPE_MISSING', domain: 'otvet', message, metadata: { scope } };
  }
  const own = principal?.assistants ?? [];
  const within = request.assistants.length > 0 && request.assistants.every((assistant) => own.includes(assistant));
  if (own.length === 0 || within) return undefined;
  const message = 'A key cannot be given assistants by one that may not use them itself.';
  return { code: 'PERMISSION_DENIED', reason: 'ASSISTANT_NOT_ALLOWED', domain: 'otvet', message };
}

function toMessage(record: KeyRecord): MessageInitShape<typeof ApiKeySchema> {
  const { key, displayName, prefix, scopes, assistants, createTime, lastUseTime, revokeTime } = record;
  return {
    name: `apiKeys/${key}`,
    displayName,
    prefix,
    scopes: [...scopes],
    assistants: [...assistants],
    createTime: timestampFromMs(createTime),
    ...(lastUseTime === undefined ? {} : { lastUseTime: timestampFromMs(lastUseTime) }),
    ...(revokeTime === undefined ? {} : { revokeTime: timestampFromMs(revokeTime) }),
  };
}
