import { type QueryToken, questionTokens } from './analysis.ts';
import { ArtifactInvalid, type Passage, type ReleaseHeader } from './artifact.ts';
import { RECORD_FIELDS } from './build.ts';
import { Kept } from './kept.ts';
import { letterGrams, letterLikeness } from './letters.ts';
import { readSections, type Sections } from './sections.ts';
import { questionSimilarity } from './similarity.ts';
import { Stemmer } from './stems.ts';
import { StringTable } from './strings.ts';
import { type Found, SubIndex } from './subindex.ts';

/** A passage or example found for a question. */
export interface Hit {
  readonly passage: Passage;
  /**
   * BM25; for an example up to twice that, the more the closer its question's letters are to the question's. Falls from
   * hit to hit of one kind; comparable among those only, for one question.
   */
  readonly score: number;
  /** 0 to 1: share of the question's weight that occurs in the passage; 0 for a question of stop words alone. */
  readonly coverage: number;
  /** 0 to 1: how much the question and an example's question are the same; for a passage 0. */
  readonly similarity: number;
}

export interface SearchOptions {
  /** Both kinds when absent, ranked by their share of the best score that the question could have. */
  readonly kind?: Passage['kind'];
  /** Hits at most. */
  readonly limit: number;
}

/** One release's index, in memory as it is in its artifact. Its calls are synchronous and take about a millisecond. */
export interface ReleaseIndex {
  readonly header: ReleaseHeader;
  /** Bytes of the artifact. */
  readonly bytes: number;
  /** The best hits, best first. Any text is a question; the same question gives the same hits. */
  search(question: string, options: SearchOptions): readonly Hit[];
}

const STEM_CACHE = 4096;
/** Examples whose letters are compared: of banking77's, the right answer is nearly always among them. */
const RERANKED = 30;
/** Examples whose grams (about 300 bytes each) and tokens (1 KB) are kept: those of a small assistant all. */
const KEPT_GRAMS = 4096;
const KEPT_TOKENS = 512;

interface Description {
  readonly header: ReleaseHeader;
  readonly latin: readonly string[];
  readonly impactScales: Readonly<Record<Passage['kind'], number>>;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Throws ArtifactInvalid unless the description has every field in its type. */
function describe(value: unknown): Description {
  const { header, latin, impactScales } = (value ?? {}) as Partial<Description>;
  const texts: unknown[] = [
    header?.assistant,
    header?.snapshotSha256,
    header?.persona,
    header?.displayName,
    header?.description,
  ];
  const counts: unknown[] = [header?.exampleCount, header?.passageCount];
  const sound =
    texts.every(isText) &&
    counts.every((count) => Number.isSafeInteger(count) && Number(count) >= 0) &&
    Array.isArray(header?.languages) &&
    header.languages.every(isText) &&
    Array.isArray(latin) &&
    latin.every(isText) &&
    Number.isFinite(impactScales?.example) &&
    Number.isFinite(impactScales?.passage);
  if (!sound) throw new ArtifactInvalid('not a readable release artifact: its description lacks a field');
  return { header, latin, impactScales } as Description;
}

function largest(numbers: Uint32Array): number {
  let most = -1;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, numbers[i] as number);
  return most;
}

class OpenIndex implements ReleaseIndex {
  readonly header: ReleaseHeader;
  readonly bytes: number;
  readonly #latin: readonly string[];
  readonly #texts: StringTable;
  readonly #records: Readonly<Record<Passage['kind'], Uint32Array>>;
  readonly #indexes: Readonly<Record<Passage['kind'], SubIndex>>;
  readonly #stemmer = new Stemmer(STEM_CACHE);
  /** By entry, of the examples' questions. */
  readonly #exampleGrams = new Kept<number, Int32Array>(KEPT_GRAMS);
  readonly #exampleTokens = new Kept<number, QueryToken[]>(KEPT_TOKENS);
  /** Examples and passages are searched for the same question, one after the other. */
  readonly #asked = new Kept<string, QueryToken[]>(1);

  constructor(sections: Sections, bytes: number) {
    const { header, latin, impactScales } = describe(sections.description);
    this.header = header;
    this.bytes = bytes;
    this.#latin = latin.length > 0 ? latin : ['en'];
    this.#texts = new StringTable(sections.u8('text.bytes'), sections.u32('text.ends'));
    this.#records = { example: sections.u32('example.records'), passage: sections.u32('passage.records') };
    this.#indexes = {
      example: new SubIndex(sections, 'example', header.exampleCount, impactScales.example),
      passage: new SubIndex(sections, 'passage', header.passageCount, impactScales.passage),
    };
    for (const kind of ['example', 'passage'] as const) {
      const records = this.#records[kind];
      if (
        largest(records) >= this.#texts.length ||
        records.length !== this.#indexes[kind].entries * RECORD_FIELDS.length
      ) {
        throw new ArtifactInvalid(`not a readable release artifact: the ${kind} records are malformed`);
      }
    }
  }

  search(question: string, options: SearchOptions): readonly Hit[] {
    const tokens = this.#asked.get(question, (text) => this.#tokensOf(text));
    if (options.kind !== undefined)
      return this.#searchKind(question, tokens, options.kind, options.limit).map(({ hit }) => hit);
    return [
      ...this.#searchKind(question, tokens, 'example', options.limit),
      ...this.#searchKind(question, tokens, 'passage', options.limit),
    ]
      .sort((a, b) => b.share - a.share)
      .slice(0, options.limit)
      .map(({ hit }) => hit);
  }

  /** Hits of one kind, each with its share of the score that a passage of nothing but the question would have. */
  #searchKind(
    question: string,
    tokens: readonly QueryToken[],
    kind: Passage['kind'],
    limit: number,
  ): { hit: Hit; share: number }[] {
    const index = this.#indexes[kind];
    const weights = new Map<string, number>();
    const weigh = (token: QueryToken): number => {
      let weight = weights.get(token.word);
      if (weight === undefined) {
        weight = index.weigh(token);
        weights.set(token.word, weight);
      }
      return weight;
    };
    const ideal = tokens.reduce((sum, token) => sum + weigh(token), 0);
    const found = kind === 'example' ? this.#rankExamples(question, tokens, limit) : index.search(tokens, limit);
    return found.map(({ entry, score, coverage }) => {
      const passage = this.#passage(kind, entry);
      const similarity =
        kind === 'example'
          ? questionSimilarity(
              tokens,
              this.#exampleTokens.get(entry, () => this.#tokensOf(passage.question)),
              weigh,
            )
          : 0;
      return { hit: { passage, score, coverage, similarity }, share: score / ideal };
    });
  }

  /** Examples by BM25, the best of them ranked again by how much their letters are the question's. */
  #rankExamples(question: string, tokens: readonly QueryToken[], limit: number): Found[] {
    const found = this.#indexes.example.search(tokens, limit > 0 ? Math.max(limit, RERANKED) : 0);
    const top = found[0]?.score ?? 0;
    const grams = letterGrams(question);
    const likeness = (entry: number) => letterLikeness(grams, this.#exampleGrams.get(entry, this.#gramsOf));
    return found
      .map(({ entry, score, coverage }) => ({ entry, score: score + top * likeness(entry), coverage }))
      .sort((a, b) => b.score - a.score || a.entry - b.entry)
      .slice(0, limit);
  }

  readonly #gramsOf = (entry: number): Int32Array => letterGrams(this.#text('example', entry, 'question'));

  #tokensOf(question: string): QueryToken[] {
    return questionTokens(question, this.#stemmer, this.#latin);
  }

  #text(kind: Passage['kind'], entry: number, field: (typeof RECORD_FIELDS)[number]): string {
    const at = entry * RECORD_FIELDS.length + RECORD_FIELDS.indexOf(field);
    return this.#texts.get(this.#records[kind][at] ?? 0);
  }

  #passage(kind: Passage['kind'], entry: number): Passage {
    const texts: Record<string, string> = {};
    for (const field of RECORD_FIELDS) texts[field] = this.#text(kind, entry, field);
    return { ...(texts as unknown as Omit<Passage, 'kind'>), kind };
  }
}

/**
 * Opens an artifact in place: keeps the bytes, copies nothing (unless they do not begin at a multiple of 8). Throws
 * ArtifactInvalid, saying what is wrong, for bytes that are not a whole artifact of this format. Takes about 0.1
 * milliseconds for 1,000 passages, and three times that where the checksum is checked: say `checksum: 'skip'` when the
 * bytes were held against their SHA-256 already.
 */
export function openRelease(artifact: Uint8Array, options?: { readonly checksum: 'check' | 'skip' }): ReleaseIndex {
  return new OpenIndex(readSections(artifact, options?.checksum ?? 'check'), artifact.byteLength);
}
