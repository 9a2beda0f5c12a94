import { join } from 'node:path';
import type { HandlerContext } from '@connectrpc/connect';
import { Channel, type Principal } from '#gen/otvet/access/v1/access_pb.ts';
import { ownAddress } from '#lib/config/listen.ts';
import { atStart } from '#lib/documents/at-start.ts';
import { openStore } from '#lib/documents/open.ts';
import type { DocumentStore } from '#lib/documents/port.ts';
import { openChannel, type RpcChannel } from '#lib/rpc/client.ts';
import { startRpcServer } from '#lib/rpc/server.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { createValidation } from '#lib/rpc/validation.ts';
import type { Host, RunningService } from '#lib/service/host.ts';
import { activeTracer } from '#lib/telemetry/traces.ts';
import { CallAnswerer } from './calls/answer-call.ts';
import { edgeCallKey } from './calls/edge-call.ts';
import { forwardTo, type PublicHandlers } from './calls/forward.ts';
import { type Edge, publicRoutes } from './calls/public-routes.ts';
import { type Owner, publicServices } from './calls/public-services.ts';
import { tooManyQuestions } from './calls/refusals.ts';
import { createRoutes } from './calls/routes.ts';
import { healthRoutes, reflectionRoutes } from './calls/standard-routes.ts';
import { TokenBuckets } from './calls/token-bucket.ts';
import { unknownMethods } from './calls/unknown-methods.ts';
import { Page } from './chat/page.ts';
import { VisitOpener } from './chat/visit.ts';
import { type GatewayConfig, gatewayVariables } from './config.ts';
import { apiKeyHandlers } from './credentials/api-key-service.ts';
import { type Caller, Doorman } from './credentials/doorman.ts';
import { Keys } from './credentials/keys.ts';
import { acceptGivenKey, keepLocalKey } from './credentials/local-key.ts';
import { cookieName } from './credentials/presented.ts';
import { Visits } from './credentials/visits.ts';
import { frontDoor } from './edge/front.ts';
import { namesOf } from './edge/hosts.ts';
import type { Listener } from './edge/listener.ts';
import { openPort, readTls, shownHost } from './edge/open-port.ts';

/** What tests may put in place of the real parts. */
export interface GatewayParts {
  readonly store: DocumentStore;
}

/** The gateway, started. */
export interface RunningGateway extends RunningService {
  /** Where the chat page and the API are, as seen from this machine: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The file that holds the key of the machine's own user. */
  readonly keyFile: string;
}

/** The largest message to or from another service: a file of 16 MiB and what is said about it. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

/**
 * Starts the public edge. Rejects with `StartError` for a port in use, a file that cannot be read and the like.
 */
export async function startGateway(
  config: GatewayConfig,
  host: Host,
  overrides: Partial<GatewayParts> = {},
): Promise<RunningGateway> {
  const address = ownAddress(config.listenAddress, gatewayVariables.address, config.address);
  const log = host.log.child({ service: 'gateway' });
  const { clock, ids, metrics } = host;
  const tls = await readTls(config);
  const page = await Page.load();
  const identity = await host.issue('gateway');
  const stopping = new AbortController();
  await using resources = new AsyncDisposableStack();

  const store = resources.use(overrides.store ?? (await openStore({ service: 'gateway', config, clock, log })));
  const keys = new Keys(store, { clock, ids, log });
  resources.defer(() => keys.settle());
  const keyFile = join(config.dataDir, 'api-key');
  await atStart(store, log, async () => {
    if (config.firstKeyFile !== undefined) await acceptGivenKey(keys, config.firstKeyFile);
    else if ((await keepLocalKey(keys, keyFile, store.exclusive)) === 'made')
      log.info({ file: keyFile }, 'made the first API key');
  });

  const secure = tls !== undefined || config.behindTlsProxy;
  const visits = new Visits(store, { clock, ids });
  const doorman = new Doorman({ keys, visits, names: namesOf(config.publicUrls), cookie: cookieName(secure) });

  const open = (service: string, address: string): RpcChannel =>
    resources.use(openChannel({ service, address, identity, metrics, maxMessageBytes: MAX_MESSAGE_BYTES }));
  const channels = new Map<Owner, RpcChannel>([
    ['training', open('training', config.trainingAddress)],
    ['conversation', open('conversation', config.conversationAddress)],
    ['telegram-adapter', open('telegram-adapter', config.telegramAddress)],
  ]);
  const handlersOf = ({ owner, service }: (typeof publicServices)[number]): PublicHandlers => {
    const channel = channels.get(owner);
    return channel === undefined
      ? (apiKeyHandlers(keys) as unknown as PublicHandlers)
      : forwardTo(channel, service, () => clock.now());
  };

  let listener: Listener | undefined;
  const ready = (): boolean => listener !== undefined && !stopping.signal.aborted;
  const edge: Edge = {
    admit: (context) => doorman.admit(callerOf(context)),
    takeQuestion: questionLimits(config, () => clock.now()),
    validation: createValidation(),
    stopping: stopping.signal,
    tracer: activeTracer(),
    clock,
    ids,
    log,
  };
  const checkNames = (context: HandlerContext): void => {
    const refusal = doorman.refuseNames(callerOf(context));
    if (refusal) throw new RpcError(refusal);
  };
  const services = publicServices.map(({ service }) => service);
  const routes = createRoutes(
    [
      ...publicServices.flatMap((entry) => publicRoutes(edge, entry.service, handlersOf(entry))),
      ...healthRoutes(services, ready, stopping.signal, checkNames),
      ...reflectionRoutes(services, checkNames),
    ],
    stopping.signal,
  );

  const answer = frontDoor(
    {
      routes,
      unknown: unknownMethods(stopping.signal),
      calls: new CallAnswerer({ log, metrics }),
      doorman,
      visits: new VisitOpener({ visits, doorman, secure, clock, ids, log }),
      page,
    },
    log,
  );
  const options = { service: 'gateway', address, identity, served: [], log, metrics, clock, ready };
  const inner = await startRpcServer(options);
  resources.defer(() => inner.stop(0));
  listener = await openPort(config, tls, answer);
  const url = `${tls === undefined ? 'http' : 'https'}://${shownHost(config.host)}:${listener.port}`;
  log.info({ url }, 'the edge listens');

  const owned = resources.move();
  return {
    name: 'gateway',
    address: inner.address,
    url,
    keyFile,
    ready,
    stop: async (graceMs) => {
      const edgePort = listener;
      listener = undefined;
      // The calls left shortly before the end of the grace are told, and given a moment to say so.
      const force = setTimeout(() => stopping.abort(), graceMs * 0.8);
      await edgePort?.stop(graceMs);
      clearTimeout(force);
      stopping.abort();
      await owned.disposeAsync();
    },
  };
}

function callerOf(context: HandlerContext): Caller {
  return {
    authority: context.values.get(edgeCallKey).authority,
    header: (name) => context.requestHeader.get(name) ?? undefined,
  };
}

/** Allowances for questions: for each visitor of the page, and for each API key. */
function questionLimits(config: GatewayConfig, now: () => number): Edge['takeQuestion'] {
  const visitors = new TokenBuckets(config.chatQuestionsPerMinute);
  const holders = new TokenBuckets(config.keyQuestionsPerMinute);
  return (principal: Principal) => {
    const buckets = principal.channel === Channel.WEB ? visitors : holders;
    const waitMs = buckets.take(principal.realm, now());
    return waitMs === 0 ? undefined : tooManyQuestions(waitMs);
  };
}
