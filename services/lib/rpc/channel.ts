import { Channel, type ChannelInterface, logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { Tracer } from '@opentelemetry/api';
import { endOfIdentity } from '#lib/certificates/check.ts';
import { liveIdentity, type ServiceIdentity } from '#lib/certificates/identity.ts';
import { NAMES_OPTION, type NameService, systemNames, targetOf } from '#lib/rpc/addresses.ts';
import { credentialsFor } from '#lib/rpc/channel-credentials.ts';
import { PrincipalWriter } from '#lib/rpc/principal.ts';
import { clientOptions, MAX_MESSAGE_BYTES, transportOptions } from '#lib/rpc/transport.ts';
import { LoggableError } from '#lib/telemetry/error.ts';
import type { Metrics } from '#lib/telemetry/metrics.ts';
import { activeTracer } from '#lib/telemetry/traces.ts';

/** A way to a service, over which clients call. Disposing cancels the calls in progress. */
export interface RpcChannel extends AsyncDisposable {
  /** `host:port`, several with commas. */
  readonly target: string;
}

export interface ChannelOptions {
  /** Who is called, checked against its certificate. */
  readonly service: string;
  /** `host:port`, several with commas. All of them, and all addresses that each name stands for, are used in turn. */
  readonly address: string;
  /** The caller's own. */
  readonly identity: ServiceIdentity;
  readonly metrics: Metrics;
  /** Of one message, either way; 4 MiB where it is not set. */
  readonly maxMessageBytes?: number;
  /** What names stand for; the system's knowledge where it is not set. */
  readonly names?: NameService;
}

/** Opens a channel. It connects with the first call, keeps its connection, and connects again by itself. */
export function openChannel(options: ChannelOptions): RpcChannel {
  return new OpenChannel(options);
}

/** What clients know of a channel. */
export class OpenChannel implements RpcChannel {
  readonly target: string;
  readonly service: string;
  readonly metrics: Metrics;
  readonly maxMessageBytes: number;
  readonly principals = new PrincipalWriter();
  /** Undefined while tracing is off. */
  readonly tracer: Tracer | undefined = activeTracer();
  readonly grpc: ChannelInterface;
  readonly #identity: ServiceIdentity;
  /** How to cancel the calls in progress. */
  readonly inProgress = new Set<() => void>();

  constructor(options: ChannelOptions) {
    this.target = options.address;
    this.service = options.service;
    this.metrics = options.metrics;
    this.#identity = options.identity;
    this.maxMessageBytes = options.maxMessageBytes ?? MAX_MESSAGE_BYTES;
    setLogVerbosity(logVerbosity.NONE);
    this.grpc = new Channel(targetOf(options.address), credentialsFor(options.service, options.identity), {
      ...transportOptions(this.maxMessageBytes),
      ...clientOptions,
      [NAMES_OPTION]: options.names ?? systemNames,
      // Sent as the TLS server name: an address is none. A sidecar finds the way by the address.
      ...('sidecar' in options.identity ? {} : { 'grpc.ssl_target_name_override': options.service }),
    });
  }

  /** Names the certificate that keeps connections from being made, if it is one, to the log and the caller. */
  certificateProblem(transport: string): LoggableError | undefined {
    if ('sidecar' in this.#identity) return undefined;
    const identity = liveIdentity(this.#identity);
    const expired = endOfIdentity(identity.now()) <= Date.now();
    const refused = /certificate|the peer is not/i.exec(transport);
    if (!expired && !refused) return undefined;
    const problem = expired
      ? `the certificate of ${identity.service} itself has expired`
      : `no connection to ${this.service}: ${transport}`;
    identity.refused(problem);
    return new LoggableError(problem);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cancel of [...this.inProgress]) cancel();
    this.grpc.close();
  }
}
