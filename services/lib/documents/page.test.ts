import { expect } from 'chai';
import { ModelCollection } from '#lib/documents/contract/model-collection.ts';
import { type ListQuery, listPage } from '#lib/documents/page.ts';
import { RpcError } from '#lib/rpc/status.ts';

describe('pages of lists', () => {
  const things = new ModelCollection(
    { name: 'things', indexes: [{ name: 'room', paths: ['room', 'n'] }] },
    { now: () => 0 },
  );
  before(async () => {
    for (let n = 0; n < 120; n++) await things.insert({ key: `k${n}`, room: n % 2 === 0 ? 'even' : 'odd', n });
  });

  const query: ListQuery = { index: 'room', equal: ['even'], pageSize: 25, pageToken: '', filter: 'rooms/even' };
  const reasonOf = async (token: string, changed: Partial<ListQuery> = {}): Promise<string> => {
    const error: unknown = await listPage(things, { ...query, ...changed, pageToken: token }).catch((e: unknown) => e);
    return error instanceof RpcError ? error.failure.reason : 'none';
  };

  it('follow each other to the end', async () => {
    const found: string[] = [];
    let pageToken = '';
    let pages = 0;
    do {
      const page = await listPage(things, { ...query, pageToken });
      found.push(...page.documents.map(({ key }) => key));
      pageToken = page.nextPageToken;
      pages++;
    } while (pageToken !== '');
    expect(pages).to.equal(3);
    expect(found).to.deep.equal(Array.from({ length: 60 }, (_, i) => `k${2 * i}`));
  });

  it('have 50 documents where the request does not say', async () => {
    expect((await listPage(things, { ...query, pageSize: 0 })).documents).to.have.length(50);
  });

  it('take a token for the request that it came from only', async () => {
    const { nextPageToken } = await listPage(things, query);
    expect(await reasonOf(nextPageToken)).to.equal('none');
    expect(await reasonOf(nextPageToken, { filter: 'rooms/odd' })).to.equal('PAGE_TOKEN_INVALID');
    expect(await reasonOf(nextPageToken, { equal: ['odd'] })).to.equal('PAGE_TOKEN_INVALID');
    expect(await reasonOf(nextPageToken, { order: 'descending' })).to.equal('PAGE_TOKEN_INVALID');
    expect(await reasonOf('nonsense')).to.equal('PAGE_TOKEN_INVALID');
  });
});
