import { errorToJson } from '@connectrpc/connect/protocol-connect';
import type { Clock } from '#lib/clock.ts';
import type { Ids } from '#lib/ids.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { failureOf, toConnectError } from '../calls/errors.ts';
import { originNotAllowed, tooManyQuestions } from '../calls/refusals.ts';
import { TokenBuckets } from '../calls/token-bucket.ts';
import type { Doorman } from '../credentials/doorman.ts';
import { cookieName, presented } from '../credentials/presented.ts';
import { VISIT_MS, type Visits } from '../credentials/visits.ts';
import { authorityOf, headerOf, type Request, type Response, send, sendText } from '../edge/answers.ts';

/** Visits that may begin in a minute, all visitors together: each is a record on the disk. */
const NEW_VISITS_PER_MINUTE = 1_200;

/** Opens visits of the chat page: `POST /session` gives the visitor's realm as JSON, and the cookie beside it. */
export class VisitOpener {
  private readonly parts: { visits: Visits; doorman: Doorman; secure: boolean; clock: Clock; ids: Ids; log: Logger };
  private readonly begun = new TokenBuckets(NEW_VISITS_PER_MINUTE);

  constructor(parts: VisitOpener['parts']) {
    this.parts = parts;
  }

  async answer(request: Request, response: Response): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return sendText(response, 405, 'Only POST is taken here.');
    }
    request.resume();
    try {
      const { secret, realm } = await this.open(request);
      sendJson(response, 200, { realm }, { 'set-cookie': this.cookie(secret) });
    } catch (error) {
      const { ids, log } = this.parts;
      const failure = failureOf(error, 'session', ids, log);
      const status =
        { PERMISSION_DENIED: 403, RESOURCE_EXHAUSTED: 429, UNAVAILABLE: 503 }[failure.code as string] ?? 500;
      sendJson(response, status, errorToJson(toConnectError(failure), undefined), {});
    }
  }

  private open(request: Request): Promise<{ secret: string; realm: string }> {
    const { doorman, visits, secure, clock } = this.parts;
    const header = (name: string) => headerOf(request, name);
    if (!doorman.isOwnPage({ authority: authorityOf(request), header })) throw new RpcError(originNotAllowed);
    const shown = presented(null, header('cookie') ?? null, cookieName(secure));
    if (shown.kind === 'cookie') return visits.open(shown.secret);
    const waitMs = this.begun.take('', clock.now());
    if (waitMs > 0) throw new RpcError(tooManyQuestions(waitMs));
    return visits.open(undefined);
  }

  private cookie(secret: string): string {
    const { secure } = this.parts;
    const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${VISIT_MS / 1_000}`;
    return `${cookieName(secure)}=${secret}; ${attributes}${secure ? '; Secure' : ''}`;
  }
}

function sendJson(response: Response, status: number, value: unknown, headers: Record<string, string>): void {
  const all = { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' };
  send(response, status, all, JSON.stringify(value));
}
