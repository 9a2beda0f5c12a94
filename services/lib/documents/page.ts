import { createHash } from 'node:crypto';
import type { Collection, Document, FindQuery } from '#lib/documents/port.ts';
import { DOMAIN, type Failure, RpcError } from '#lib/rpc/status.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 500;
const BINDING_CHARACTERS = 11;

/** The page token was not made by this list, or by one of another request. */
export const pageTokenInvalid: Failure = {
  code: 'INVALID_ARGUMENT',
  reason: 'PAGE_TOKEN_INVALID',
  domain: DOMAIN,
  message: 'The page token does not belong to this request.',
  violations: [{ field: 'page_token', description: 'not from the page before of the same request' }],
};

/** One page of a list method. */
export interface ListQuery extends Pick<FindQuery, 'index' | 'equal' | 'range' | 'order'> {
  /** Of the request: 0 means 50; more than 500 means 500. */
  readonly pageSize: number;
  /** Of the request: empty for the first page. */
  readonly pageToken: string;
  /** What the request filters by beyond index, equal and range, such as its parent: a token is good for equal ones only. */
  readonly filter: string;
}

export interface ListedPage<D> {
  readonly documents: readonly D[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** Reads one page for a list method. Throws `RpcError` (PAGE_TOKEN_INVALID) for a token of something else. */
export async function listPage<D extends Document>(
  collection: Collection<D>,
  { pageSize, pageToken, filter, ...query }: ListQuery,
): Promise<ListedPage<D>> {
  const binding = bindingOf(filter, query);
  if (pageToken !== '' && !pageToken.startsWith(binding)) throw new RpcError(pageTokenInvalid);
  const after = pageToken.slice(BINDING_CHARACTERS);
  const limit = Math.min(pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize, MAX_PAGE_SIZE);
  try {
    const { documents, next } = await collection.find({ ...query, limit, ...(pageToken === '' ? {} : { after }) });
    return { documents, nextPageToken: next === undefined ? '' : binding + next };
  } catch (error) {
    if (pageToken !== '' && error instanceof TypeError) throw new RpcError(pageTokenInvalid, { cause: error });
    throw error;
  }
}

/** 64 bits of what the token is bound to: against mistakes, not against malice, which finds nothing it may not read. */
function bindingOf(filter: string, { index, equal, range, order }: Omit<FindQuery, 'limit'>): string {
  const bound = JSON.stringify([filter, index, equal ?? [], range ?? {}, order ?? 'ascending']);
  return createHash('sha256').update(bound).digest('base64url').slice(0, BINDING_CHARACTERS);
}
