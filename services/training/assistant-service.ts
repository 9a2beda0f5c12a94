import { createHash } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Scope } from '#gen/otvet/access/v1/access_pb.ts';
import type { AssistantSchema } from '#gen/otvet/training/v1/assistant_pb.ts';
import { AssistantService, type CreateAssistantRequest } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import type { Clock } from '#lib/clock.ts';
import { listPage } from '#lib/documents/page.ts';
import type { Collection } from '#lib/documents/port.ts';
import { type CallContext, type Served, serve } from '#lib/rpc/server.ts';
import type { AssistantRecord } from './assistants.ts';
import { assistantExists, assistantNotFound, requestIdReused } from './failures.ts';
import { FREE } from './leases.ts';
import { assistantName, idsOf, releaseName } from './names.ts';

export interface AssistantServiceParts {
  readonly assistants: Collection<AssistantRecord>;
  readonly clock: Clock;
}

export function serveAssistants(parts: AssistantServiceParts): Served {
  const { assistants } = parts;
  return serve(AssistantService, {
    createAssistant: async (request, context) => {
      const record = await createAssistant(request, requestKey(context, '', request.requestId), parts);
      return { assistant: toAssistant(record, context) };
    },
    getAssistant: async ({ name }, context) => {
      const record = await assistants.get(idsOf(name).assistant);
      if (record === undefined) throw assistantNotFound(name);
      return { assistant: toAssistant(record, context) };
    },
    listAssistants: async ({ pageSize, pageToken }, context) => {
      const allowed = new Set(context.principal?.assistants);
      const mine = ({ key }: AssistantRecord) => allowed.size === 0 || allowed.has(assistantName(key));
      let token = pageToken;
      // Pages may be short, but an empty one is the last.
      for (;;) {
        const page = await listPage(assistants, {
          index: 'key',
          pageSize,
          pageToken: token,
          filter: 'assistants',
        });
        const found = page.documents.filter(mine).map((record) => toAssistant(record, context));
        token = page.nextPageToken;
        if (found.length > 0 || token === '') return { assistants: found, nextPageToken: token };
      }
    },
  });
}

/** Makes an assistant, or gives the one that the same request made before. Throws `RpcError`. */
export async function createAssistant(
  request: Pick<CreateAssistantRequest, 'assistantId' | 'assistant'>,
  requestKeyed: string | undefined,
  { assistants, clock }: AssistantServiceParts,
  loading?: string,
): Promise<AssistantRecord> {
  const { assistantId: key, assistant } = request;
  const { displayName = '', description = '', persona = '', languages = [], sampleQuestions = [] } = assistant ?? {};
  const fields = { displayName, description, persona, languages, sampleQuestions };
  const record: AssistantRecord = {
    key,
    ...fields,
    createTime: clock.now(),
    ...(requestKeyed === undefined ? {} : { request: requestKeyed }),
    requestHash: createHash('sha256')
      .update(JSON.stringify([key, fields]))
      .digest('hex'),
    lease: FREE,
    ...(loading === undefined ? {} : { loading }),
  };
  const inserted = await assistants.insert(record);
  if (inserted.ok) return record;
  const before = requestKeyed === undefined ? undefined : await findByRequest(assistants, requestKeyed);
  if (before === undefined) throw assistantExists(assistantName(key));
  if (before.requestHash !== record.requestHash) throw requestIdReused();
  return before;
}

async function findByRequest(assistants: Collection<AssistantRecord>, request: string) {
  return (await assistants.find({ index: 'request', equal: [request], limit: 1 })).documents[0];
}

/** What makes a request_id unique: it counts within the caller's realm and a parent. Undefined where there is none. */
export function requestKey(context: CallContext, parent: string, requestId: string): string | undefined {
  return requestId === '' ? undefined : `${context.principal?.realm ?? context.caller} ${parent} ${requestId}`;
}

/** The persona is for those who may read, and for services that act for nobody. */
function toAssistant(record: AssistantRecord, { principal }: CallContext): MessageInitShape<typeof AssistantSchema> {
  const mayRead = principal === undefined || principal.scopes.includes(Scope.READ);
  return {
    name: assistantName(record.key),
    displayName: record.displayName,
    description: record.description,
    persona: mayRead ? record.persona : '',
    languages: [...record.languages],
    sampleQuestions: [...record.sampleQuestions],
    activeRelease: record.active === undefined ? '' : releaseName(record.key, record.active.release),
    createTime: timestampFromMs(record.createTime),
  };
}
