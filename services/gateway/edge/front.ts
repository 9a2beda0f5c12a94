import type { Logger } from '#lib/telemetry/log.ts';
import type { CallAnswerer } from '../calls/answer-call.ts';
import { type Found, isJsonRequest, type Routes } from '../calls/routes.ts';
import { isMethodPath } from '../calls/unknown-methods.ts';
import type { Page } from '../chat/page.ts';
import type { VisitOpener } from '../chat/visit.ts';
import type { Doorman } from '../credentials/doorman.ts';
import { authorityOf, headerOf, type Request, type Response, sendText } from './answers.ts';

/** What the front door leads to. */
export interface Behind {
  readonly routes: Routes;
  readonly unknown: (contentType: string | undefined) => Found;
  readonly calls: CallAnswerer;
  readonly doorman: Doorman;
  readonly visits: VisitOpener;
  readonly page: Page;
}

/** Leads each request to what answers it: a call of the API, the chat page, or nothing (404). */
export function frontDoor(behind: Behind, log: Logger): (request: Request, response: Response) => void {
  return (request, response) => {
    response.on('error', () => response.destroy());
    lead(behind, request, response).catch((err: unknown) => {
      log.error({ err }, 'a request could not be answered');
      response.destroy();
    });
  };
}

async function lead(behind: Behind, request: Request, response: Response): Promise<void> {
  const url = request.url ?? '';
  const path = url.split('?', 1)[0] as string;
  const contentType = headerOf(request, 'content-type');
  const found = behind.routes.find(path, isJsonRequest(contentType, url));
  if (found !== undefined) return behind.calls.answer(request, response, found);
  if (request.method === 'POST' && isMethodPath(path)) {
    return behind.calls.answer(request, response, behind.unknown(contentType));
  }
  const header = (name: string) => headerOf(request, name);
  const refusal = behind.doorman.refuseNames({ authority: authorityOf(request), header });
  if (refusal !== undefined) return sendText(response, 403, refusal.message);
  if (path === '/session') return behind.visits.answer(request, response);
  if (!behind.page.answer(request, response, path)) sendText(response, 404, 'There is nothing here.');
}
