import { type DescField, type DescMessage, type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import { access, Channel, type Principal, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { DOMAIN, type Failure } from '#lib/rpc/status.ts';

/** Who may call a method, compiled from its option `otvet.access.v1.access`. */
export interface AccessRule {
  /** `package.Service/Method`. */
  readonly method: string;
  readonly callers: ReadonlySet<string>;
  /** Any service of the trust domain may call it; set for health and reflection only. */
  readonly anyone: boolean;
  /** Undefined where the public edge does not forward the method. */
  readonly scope: Scope | undefined;
  /** Gives the resource name in a request; undefined where the method names no assistant. */
  readonly resource: ((request: object) => string) | undefined;
}

/** The only services that may speak for somebody, by the channel they own. */
const ASSERTERS: ReadonlyMap<Channel, string> = new Map<Channel, string>([
  [Channel.TELEGRAM, 'telegram-adapter'],
  [Channel.API, 'gateway'],
  [Channel.WEB, 'gateway'],
]);

/** The service that forwards public methods. */
const EDGE = 'gateway';

/** Throws `TypeError` where the option names a field that is not there. A method without the option admits nobody. */
export function accessRule(method: DescMethod): AccessRule {
  const name = `${method.parent.typeName}/${method.name}`;
  if (!hasOption(method, access)) {
    return { method: name, callers: new Set(), anyone: false, scope: undefined, resource: undefined };
  }
  const declared = getOption(method, access);
  const field = declared.public?.resourceField ?? '';
  return {
    method: name,
    callers: new Set(declared.callers),
    anyone: false,
    scope: declared.public?.scope,
    resource: field === '' ? undefined : resourceReader(method.input, field),
  };
}

/** The rule of a method of the standard gRPC protocols, which carry no option of ours. */
export function openRule(method: DescMethod): AccessRule {
  return { ...accessRule(method), anyone: true };
}

/** Decides whether a service may make a call on behalf of a principal, before the request is looked at. */
export function refuseCall(rule: AccessRule, caller: string, principal: Principal | undefined): Failure | undefined {
  const listed = rule.anyone || rule.callers.has(caller);
  const forwards = caller === EDGE && rule.scope !== undefined;
  if (!listed && !forwards) {
    return notAllowed(`${caller} may not call ${rule.method}.`, { caller, method: rule.method });
  }
  if (!principal) return listed || rule.scope === undefined ? undefined : principalMissing;
  if (ASSERTERS.get(principal.channel) !== caller) {
    return notAllowed(`${caller} may not speak for this channel.`, { caller, method: rule.method });
  }
  if (rule.scope !== undefined && !principal.scopes.includes(rule.scope)) return scopeMissing(rule.scope);
  return undefined;
}

/** Decides whether a principal may use the assistant that a valid request names. */
export function refuseResource(
  rule: AccessRule,
  principal: Principal | undefined,
  request: object,
): Failure | undefined {
  if (!principal || !rule.resource || principal.assistants.length === 0) return undefined;
  const assistant = assistantOf(rule.resource(request));
  return assistant !== undefined && principal.assistants.includes(assistant) ? undefined : assistantNotAllowed;
}

/** `assistants/a` of `assistants/a/sessions/s`; undefined for other names. */
export function assistantOf(resource: string): string | undefined {
  return /^assistants\/[^/]+(?=\/|$)/.exec(resource)?.[0];
}

/** No principal came with the call, or one that is malformed. */
export const principalMissing: Failure = {
  code: 'UNAUTHENTICATED',
  reason: 'PRINCIPAL_MISSING',
  domain: DOMAIN,
  message: 'The call needs a well-formed principal.',
};

/** The peer has no certificate that names a service of the trust domain. */
export const callerUnknown: Failure = {
  code: 'UNAUTHENTICATED',
  reason: 'CALLER_UNKNOWN',
  domain: DOMAIN,
  message: 'The certificate names no service of this trust domain.',
};

const assistantNotAllowed: Failure = {
  code: 'PERMISSION_DENIED',
  reason: 'ASSISTANT_NOT_ALLOWED',
  domain: DOMAIN,
  message: 'This assistant may not be used.',
};

function notAllowed(message: string, metadata: Readonly<Record<string, string>>): Failure {
  return { code: 'PERMISSION_DENIED', reason: 'CALLER_NOT_ALLOWED', domain: DOMAIN, message, metadata };
}

function scopeMissing(scope: Scope): Failure {
  const name = `SCOPE_${Object.entries(Scope).find(([, value]) => value === scope)?.[0] ?? scope}`;
  return {
    code: 'PERMISSION_DENIED',
    reason: 'SCOPE_MISSING',
    domain: DOMAIN,
    message: `The call needs ${name}.`,
    metadata: { scope: name },
  };
}

/** A reader of a dotted path of proto names, such as `session.name`, that ends at a string. */
function resourceReader(input: DescMessage, path: string): (request: object) => string {
  const names: string[] = [];
  let message: DescMessage | undefined = input;
  for (const part of path.split('.')) {
    const field: DescField | undefined = message?.fields.find(({ name }) => name === part);
    if (!field) throw new TypeError(`${input.typeName} has no field ${path}`);
    names.push(field.localName);
    message = field.fieldKind === 'message' ? field.message : undefined;
  }
  if (message) throw new TypeError(`${input.typeName}.${path} is no string`);
  return (request) => {
    let value: unknown = request;
    for (const name of names) value = (value as Record<string, unknown> | undefined)?.[name];
    return typeof value === 'string' ? value : '';
  };
}
