import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { createContextValues } from '@connectrpc/connect';
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node';
import type { Logger } from '#lib/telemetry/log.ts';
import { counter, histogram, type Metrics } from '#lib/telemetry/metrics.ts';
import { authorityOf, COMMON_HEADERS, headerOf, type Request, type Response, sendText } from '../edge/answers.ts';
import { isEnveloped, limited } from './body.ts';
import { type EdgeCall, edgeCallKey } from './edge-call.ts';
import type { Found } from './routes.ts';

/** For the whole body of a request to come, in milliseconds. */
const BODY_MS = 120_000;

/** Answers calls over HTTP, counts them and measures them. */
export class CallAnswerer {
  private readonly log: Logger;
  private readonly requests;
  private readonly seconds;

  constructor(parts: { log: Logger; metrics: Metrics }) {
    this.log = parts.log;
    this.requests = counter(parts.metrics, {
      name: 'otvet_gateway_requests_total',
      help: 'Calls that the public edge answered, by method and status code.',
      labels: ['method', 'code'],
    });
    this.seconds = histogram(parts.metrics, {
      name: 'otvet_gateway_request_seconds',
      help: 'How long calls at the public edge took, streams to their end.',
      labels: ['method'],
    });
  }

  async answer(request: Request, response: Response, { handler, maxBytes }: Found): Promise<void> {
    const call: EdgeCall = { authority: authorityOf(request), principal: undefined, outcome: undefined };
    const started = performance.now();
    response.once('close', () => this.note(call, handler, response, performance.now() - started));
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
    response.setHeader('cache-control', 'no-store');
    // A connection on which half a body still waits to be read can serve nothing else.
    response.once('finish', () => request.readableDidRead && !request.complete && request.destroy());
    const tooSlow = setTimeout(() => request.destroy(), BODY_MS);
    request.once('end', () => clearTimeout(tooSlow)).once('close', () => clearTimeout(tooSlow));
    try {
      const values = createContextValues().set(edgeCallKey, call);
      const universal = universalRequestFromNodeRequest(request, response, undefined, values);
      // By this header the transport would refuse large bodies before us, in its own words.
      universal.header.delete('content-length');
      const enveloped = isEnveloped(headerOf(request, 'content-type'));
      const body = limited(request.iterator({ destroyOnReturn: false }), maxBytes, enveloped);
      const answer = await handler({ ...universal, body });
      if (answer.body === undefined && answer.status >= 400) refuseForm(response, answer.status);
      else await universalResponseToNodeResponse(answer, response);
    } catch (err) {
      // The caller went away, or sent what is no request: every failure of a call was answered above.
      this.log.debug({ err, method: nameOf(handler) }, 'a request broke off');
      if (response.headersSent) response.destroy();
      else sendText(response, 400, 'The request cannot be read.');
    }
  }

  private note(
    call: EdgeCall,
    route: { service: DescService; method: DescMethod },
    response: Response,
    ms: number,
  ): void {
    const method = nameOf(route);
    const code = call.outcome ?? (response.writableFinished ? 'INVALID_ARGUMENT' : 'CANCELLED');
    this.requests.inc({ method, code });
    this.seconds.observe({ method }, ms / 1_000);
    this.log.debug({ method, code, ms: Math.round(ms), realm: call.principal?.realm }, 'called');
  }
}

/** The transport gives no more than a status to requests that speak none of its protocols. */
function refuseForm(response: Response, status: number): void {
  const help = 'Send POST with "content-type: application/json", or speak Connect, gRPC or gRPC-Web.';
  sendText(response, status, help);
}

function nameOf({ service, method }: { service: DescService; method: DescMethod }): string {
  return `${service.typeName}/${method.name}`;
}
