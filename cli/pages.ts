export interface Page<T> {
  readonly items: readonly T[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** The items of all pages, or the first `limit` of them. */
export async function everyPage<T>(
  fetch: (pageToken: string) => Promise<Page<T>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const all: T[] = [];
  let pageToken = '';
  do {
    const page = await fetch(pageToken);
    all.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== '' && all.length < limit);
  return all.slice(0, limit);
}
