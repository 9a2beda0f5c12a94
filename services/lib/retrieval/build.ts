import type { Passage, ReleaseHeader } from './artifact.ts';
import { GrowingNumbers, makeU32 } from './growing.ts';
import { type Bm25, PostingsBuilder } from './postings.ts';
import { type Numbers, writeSections } from './sections.ts';
import { latinLanguage, Stemmer } from './stems.ts';
import { StringTableBuilder } from './strings.ts';
import { normalize, scan } from './tokens.ts';

/** What the builder cannot count by itself. */
export type ReleaseIdentity = Omit<ReleaseHeader, 'exampleCount' | 'passageCount'>;

/** The fields of a passage that are kept, in the order in which their texts are referred to. */
export const RECORD_FIELDS = ['source', 'title', 'text', 'question', 'locale', 'locator', 'version'] as const;

const PASSAGE_BM25: Bm25 = { k1: 1.2, b: 0.5 };
const EXAMPLE_BM25: Bm25 = { k1: 1.2, b: 0.5 };
/** An example is found by its question first; a word of its answer counts for a quarter. */
const ANSWER_WEIGHT = 0.25;
/** A passage is found by its title and headings too. */
const HEADING_WEIGHT = 0.5;
/** Words whose term is remembered for each language, about 100 bytes each; then all are forgotten. */
const WORDS_REMEMBERED = 250_000;

/**
 * Collects passages and writes them as one artifact. Takes CPU: about 50 microseconds for a passage of 50 words, so it
 * belongs in a worker thread. Memory: about as much as the artifact will take (100,000 such passages: 64 MB), and two and
 * a half times that at the end; the strings given are not held. The same passages in the same order give the same bytes.
 */
export class ReleaseBuilder {
  readonly #identity: ReleaseIdentity;
  /** Remembers next to nothing: the words below do. */
  readonly #stemmer = new Stemmer(1);
  readonly #words = new Map<string, Map<string, number>>();
  readonly #texts = new StringTableBuilder();
  readonly #examples = new PostingsBuilder(EXAMPLE_BM25);
  readonly #passages = new PostingsBuilder(PASSAGE_BM25);
  readonly #exampleRecords = new GrowingNumbers(makeU32);
  readonly #passageRecords = new GrowingNumbers(makeU32);
  readonly #latin = new Set<string>();

  constructor(identity: ReleaseIdentity) {
    this.#identity = identity;
  }

  /** Adds an example or a passage. Throws ArtifactTooLarge when 4 GiB do not hold them. */
  add(passage: Passage): void {
    const isExample = passage.kind === 'example';
    const postings = isExample ? this.#examples : this.#passages;
    const latin = latinLanguage(passage.locale);
    this.#latin.add(latin);
    const words = this.#wordsOf(`${passage.kind} ${latin}`);
    const index = (text: string, weight: number): void =>
      scan(normalize(text), (token, hasDigit) => {
        let term = words.get(token);
        if (term === undefined) {
          term = postings.term(hasDigit ? token : this.#stemmer.stem(token, latin));
          if (words.size >= WORDS_REMEMBERED) words.clear();
          words.set(token, term);
        }
        postings.add(term, weight);
      });
    if (isExample) {
      index(passage.question, 1);
      index(passage.text, ANSWER_WEIGHT);
    } else {
      index(passage.title, HEADING_WEIGHT);
      index(passage.locator, HEADING_WEIGHT);
      index(passage.text, 1);
    }
    postings.close();
    const records = isExample ? this.#exampleRecords : this.#passageRecords;
    for (const field of RECORD_FIELDS) records.push(this.#texts.add(passage[field]));
  }

  #wordsOf(key: string): Map<string, number> {
    let words = this.#words.get(key);
    if (words === undefined) {
      words = new Map();
      this.#words.set(key, words);
    }
    return words;
  }

  /** The artifact of all that was added. The builder is of no use afterwards. */
  finish(): Uint8Array {
    const header: ReleaseHeader = {
      ...this.#identity,
      exampleCount: this.#examples.entries,
      passageCount: this.#passages.entries,
    };
    const examples = this.#examples.finish('example');
    const passages = this.#passages.finish('passage');
    const texts = this.#texts.finish();
    const sections = new Map<string, Numbers>([
      ['text.bytes', texts.bytes],
      ['text.ends', texts.ends],
      ['example.records', this.#exampleRecords.view()],
      ['passage.records', this.#passageRecords.view()],
      ...examples.sections,
      ...passages.sections,
    ]);
    const description = {
      header,
      latin: [...this.#latin].sort(),
      impactScales: { example: examples.impactScale, passage: passages.impactScale },
    };
    return writeSections(description, sections);
  }
}
