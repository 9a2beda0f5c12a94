import type { Hit, ReleaseIndex } from '#lib/retrieval/search.ts';

type Searchable = Pick<ReleaseIndex, 'search'>;

/** Who sends a file asks about it: its passages count as if they covered so much more of the question. */
const OWN_FIRST = 0.15;

/**
 * Searches the release and a session's own files as one. Their scores are of different scales, the share of the question that a hit
 * covers is not: hits are ordered by that, those of the files first among equals.
 */
export function searchTogether(release: Searchable, files: readonly Searchable[]): Searchable {
  if (files.length === 0) return release;
  return {
    search(question, options) {
      const ranked = (index: Searchable, favour: number) =>
        index.search(question, options).map((hit, place) => ({ hit, place, rank: closeness(hit) + favour }));
      const found = [...files.flatMap((file) => ranked(file, OWN_FIRST)), ...ranked(release, 0)];
      return found
        .sort((a, b) => b.rank - a.rank || a.place - b.place)
        .slice(0, options.limit)
        .map(({ hit }) => hit);
    },
  };
}

function closeness({ coverage, similarity }: Hit): number {
  return Math.max(coverage, similarity);
}
