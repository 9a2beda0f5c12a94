import { create, createFileRegistry, type DescMethod, setExtension } from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  MethodOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import { expect } from 'chai';
import { Health } from '#gen/grpc/health/v1/health_pb.ts';
import {
  access,
  Channel,
  MethodAccessSchema,
  type Principal,
  PrincipalSchema,
  Scope,
} from '#gen/otvet/access/v1/access_pb.ts';
import { ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import { FeedService } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { accessRule, assistantOf, openRule, refuseCall, refuseResource } from '#lib/rpc/access.ts';

const ask = accessRule(ConversationService.method.ask);
const askUnary = accessRule(ConversationService.method.askUnary);
const getAssistant = accessRule(AssistantService.method.getAssistant);
const createAssistant = accessRule(AssistantService.method.createAssistant);
const readFeed = accessRule(FeedService.method.readFeed);

function principal(channel: Channel, scopes: Scope[], assistants: string[] = []): Principal {
  return create(PrincipalSchema, { channel, realm: 'key-k', scopes, assistants });
}

const api = principal(Channel.API, [Scope.ASK]);
const telegram = principal(Channel.TELEGRAM, [Scope.ASK]);

describe('who may call', () => {
  it('is who the method lists', () => {
    expect(refuseCall(readFeed, 'conversation', undefined)).to.equal(undefined);
    expect(refuseCall(readFeed, 'stranger', undefined)?.reason).to.equal('CALLER_NOT_ALLOWED');
  });

  it('is the gateway, where the method is public, for a principal with the scope', () => {
    expect(refuseCall(askUnary, 'gateway', api)).to.equal(undefined);
    expect(refuseCall(askUnary, 'gateway', undefined)?.reason).to.equal('PRINCIPAL_MISSING');
    expect(refuseCall(createAssistant, 'gateway', api)).to.deep.include({
      code: 'PERMISSION_DENIED',
      reason: 'SCOPE_MISSING',
      metadata: { scope: 'SCOPE_ADMIN' },
    });
  });

  it('is nobody, where the method has no option', () => {
    const rule = accessRule(Health.method.check);
    expect(refuseCall(rule, 'gateway', api)?.reason).to.equal('CALLER_NOT_ALLOWED');
    expect(refuseCall(openRule(Health.method.check), 'anyone', undefined)).to.equal(undefined);
  });

  it('needs no principal when it speaks for itself', () => {
    expect(refuseCall(getAssistant, 'conversation', undefined)).to.equal(undefined);
  });

  it('speaks only for the channel it owns', () => {
    expect(refuseCall(ask, 'telegram-adapter', telegram)).to.equal(undefined);
    expect(refuseCall(ask, 'telegram-adapter', api)?.reason).to.equal('CALLER_NOT_ALLOWED');
    expect(refuseCall(ask, 'gateway', telegram)?.reason).to.equal('CALLER_NOT_ALLOWED');
    expect(refuseCall(ask, 'gateway', principal(Channel.WEB, [Scope.ASK]))).to.equal(undefined);
    expect(refuseCall(getAssistant, 'conversation', api)?.reason).to.equal('CALLER_NOT_ALLOWED');
  });

  it('needs the very scope: none includes another', () => {
    const admin = principal(Channel.API, [Scope.ADMIN, Scope.READ, Scope.TEACH]);
    expect(refuseCall(askUnary, 'gateway', admin)?.reason).to.equal('SCOPE_MISSING');
  });
});

/** A method whose request is `{session: {name}}`, with this resource field. */
function nestedMethod(resourceField: string): DescMethod {
  const options = create(MethodOptionsSchema);
  setExtension(options, access, create(MethodAccessSchema, { public: { scope: Scope.ASK, resourceField } }));
  const field = { number: 1, label: Label.OPTIONAL };
  const file = create(FileDescriptorProtoSchema, {
    name: 'test.proto',
    syntax: 'proto3',
    package: 'test',
    messageType: [
      { name: 'Session', field: [{ ...field, name: 'name', type: Type.STRING }] },
      { name: 'Request', field: [{ ...field, name: 'session', type: Type.MESSAGE, typeName: '.test.Session' }] },
    ],
    service: [
      { name: 'Test', method: [{ name: 'Get', inputType: '.test.Request', outputType: '.test.Request', options }] },
    ],
  });
  const method = createFileRegistry(file, () => undefined).getService('test.Test')?.methods[0];
  if (!method) throw new Error('the test file has no method');
  return method;
}

describe('which assistant may be used', () => {
  const limited = principal(Channel.API, [Scope.ASK], ['assistants/bank']);

  it('is any where the principal names none', () => {
    expect(refuseResource(ask, api, { assistant: 'assistants/shop' })).to.equal(undefined);
  });

  it('is one that it names, by the resource field', () => {
    expect(refuseResource(ask, limited, { assistant: 'assistants/bank' })).to.equal(undefined);
    expect(refuseResource(ask, limited, { assistant: 'assistants/bank2' })?.reason).to.equal('ASSISTANT_NOT_ALLOWED');
    expect(refuseResource(ask, limited, { assistant: '' })?.reason).to.equal('ASSISTANT_NOT_ALLOWED');
  });

  it('is the one above a session', () => {
    const stop = accessRule(ConversationService.method.stopTurns);
    expect(refuseResource(stop, limited, { session: 'assistants/bank/sessions/s' })).to.equal(undefined);
    expect(refuseResource(stop, limited, { session: 'assistants/shop/sessions/s' })?.reason).to.equal(
      'ASSISTANT_NOT_ALLOWED',
    );
    expect(assistantOf('sessions/assistants/bank')).to.equal(undefined);
  });

  it('is found below a nested field', () => {
    const rule = accessRule(nestedMethod('session.name'));
    expect(refuseResource(rule, limited, { session: { name: 'assistants/bank/sessions/s' } })).to.equal(undefined);
    expect(refuseResource(rule, limited, { session: { name: 'assistants/shop' } })?.reason).to.equal(
      'ASSISTANT_NOT_ALLOWED',
    );
    expect(refuseResource(rule, limited, {})?.reason).to.equal('ASSISTANT_NOT_ALLOWED');
  });

  it('is a string that is there: another option is a fault of the contract', () => {
    expect(() => accessRule(nestedMethod('session.title'))).to.throw(TypeError, 'no field session.title');
    expect(() => accessRule(nestedMethod('session'))).to.throw(TypeError, 'no string');
  });
});
