import { setTimeout as wait } from 'node:timers/promises';
import { Health, HealthCheckResponse_ServingStatus as Status } from '#gen/grpc/health/v1/health_pb.ts';
import { type Served, serve } from '#lib/rpc/served.ts';
import { DOMAIN, RpcError } from '#lib/rpc/status.ts';

/** How often a watched state is looked at. */
const WATCH_MS = 1_000;

/** The state of a service by its full name, or of the whole server for an empty name. */
export function healthOf(service: string, known: ReadonlySet<string>, ready: boolean): Status {
  if (service !== '' && !known.has(service)) return Status.SERVICE_UNKNOWN;
  return ready ? Status.SERVING : Status.NOT_SERVING;
}

/** The standard health service. Watches end when `stopping` aborts. */
export function healthService(known: ReadonlySet<string>, ready: () => boolean, stopping: AbortSignal): Served {
  return serve(Health, {
    async check({ service }) {
      const status = healthOf(service, known, ready());
      if (status === Status.SERVICE_UNKNOWN) {
        const message = 'No such service here.';
        throw new RpcError({ code: 'NOT_FOUND', reason: 'METHOD_UNKNOWN', domain: DOMAIN, message });
      }
      return { status };
    },
    async *watch({ service }, { signal }) {
      const ended = AbortSignal.any([signal, stopping]);
      let shown: Status | undefined;
      while (!ended.aborted) {
        const status = healthOf(service, known, ready());
        if (status !== shown) yield { status };
        shown = status;
        await wait(WATCH_MS, undefined, { signal: ended, ref: false }).catch(() => undefined);
      }
    },
  });
}
