import type { DescMethod } from '@bufbuild/protobuf';
import type { handleUnaryCall, Server, UntypedHandleCall } from '@grpc/grpc-js';
import { accessRule, openRule } from '#lib/rpc/access.ts';
import { type Method, type Serving, statusOf } from '#lib/rpc/call.ts';
import { STREAM_TIMEOUT_MS, UNARY_TIMEOUT_MS } from '#lib/rpc/deadline.ts';
import { methodDefinition } from '#lib/rpc/definition.ts';
import { methodUnknown } from '#lib/rpc/failures.ts';
import type { Served } from '#lib/rpc/served.ts';
import type { StatusCode } from '#lib/rpc/status.ts';
import { type StreamHandler, streamHandler } from '#lib/rpc/stream.ts';
import { type UnaryHandler, unaryHandler } from '#lib/rpc/unary.ts';
import { histogram, type Metrics } from '#lib/telemetry/metrics.ts';

/** Where a server's methods note their times. */
export interface Measured {
  readonly service: string;
  readonly metrics: Metrics;
}

/** Adds a service to a server. With `open`, every service of the trust domain may call it. */
export function addService(
  server: Server,
  served: Served,
  serving: Serving,
  measured: Measured,
  access: 'by option' | 'open',
): void {
  const handlers = served.handlers as Readonly<Record<string, unknown>>;
  for (const desc of served.service.methods) {
    const method: Method = {
      serving,
      desc,
      rule: access === 'open' ? openRule(desc) : accessRule(desc),
      timeoutMs: desc.methodKind === 'unary' ? UNARY_TIMEOUT_MS : STREAM_TIMEOUT_MS,
      observe: observer(measured, desc),
    };
    const { path, requestDeserialize, responseSerialize, requestStream, responseStream } = methodDefinition(desc);
    const handle = handlerFor(method, handlers[desc.localName]);
    const kind = requestStream ? (responseStream ? 'bidi' : 'clientStream') : responseStream ? 'serverStream' : 'unary';
    server.register(path, handle, responseSerialize, requestDeserialize, kind);
  }
}

function handlerFor(method: Method, handler: unknown): UntypedHandleCall {
  if (typeof handler === 'function') {
    if (method.desc.methodKind === 'unary') return unaryHandler(method, handler as UnaryHandler);
    if (method.desc.methodKind === 'server_streaming') return streamHandler(method, handler as StreamHandler);
  }
  const unknown: handleUnaryCall<Buffer, Buffer> = (_, answer) => answer(statusOf(methodUnknown(method.rule.method)));
  return unknown;
}

/** Notes durations; the series of each code is looked up once. */
function observer(measured: Measured, desc: DescMethod): Method['observe'] {
  const seconds = histogram(measured.metrics, {
    name: 'otvet_rpc_server_seconds',
    help: 'Time from the arrival of a call to its last byte, by serving service, method and status code.',
    labels: ['service', 'method', 'code'],
  });
  const method = `${desc.parent.typeName}/${desc.name}`;
  const series = new Map<StatusCode | 'OK', { observe(value: number): void }>();
  return (duration, code) => {
    let known = series.get(code);
    if (!known) {
      known = seconds.labels({ service: measured.service, method, code });
      series.set(code, known);
    }
    known.observe(duration);
  };
}
