import { newStemmer, type SnowballStemmer } from 'snowball-stemmers';

/** Snowball's algorithm for a language (ISO 639), where words of its script are stemmed by it. */
const ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ['ca', 'catalan'],
  ['cs', 'czech'],
  ['da', 'danish'],
  ['de', 'german'],
  ['en', 'english'],
  ['es', 'spanish'],
  ['eu', 'basque'],
  ['fi', 'finnish'],
  ['fr', 'french'],
  ['ga', 'irish'],
  ['hu', 'hungarian'],
  ['it', 'italian'],
  ['nb', 'norwegian'],
  ['nl', 'dutch'],
  ['nn', 'norwegian'],
  ['no', 'norwegian'],
  ['pt', 'portuguese'],
  ['ro', 'romanian'],
  ['sl', 'slovene'],
  ['sv', 'swedish'],
  ['tr', 'turkish'],
]);

/** The language by whose rules Latin words of a text in this locale are stemmed; English where there are none. */
export function latinLanguage(locale: string): string {
  const language = locale.toLowerCase().split(/[-_]/, 1)[0] ?? '';
  return ALGORITHMS.has(language) ? language : 'en';
}

/** A Latin letter with a mark: the mark is dropped from the stem, since many people type without it. */
const MARKED_LATIN = /[\u00c0-\u024f\u1e00-\u1eff]/;

function algorithmOf(word: string, latin: string): string | undefined {
  const unit = word.charCodeAt(0);
  if (unit < 0x250 || (unit >= 0x1e00 && unit < 0x1f00)) return ALGORITHMS.get(latin);
  if (unit >= 0x400 && unit < 0x530) return 'russian';
  if (unit >= 0x530 && unit < 0x590) return 'armenian';
  if (unit >= 0x600 && unit < 0x700) return 'arabic';
  if (unit >= 0xb80 && unit < 0xc00) return 'tamil';
  return undefined;
}

/** Stems words and remembers them: 0.1 microseconds for a word seen before, a few for a new one. One thread's own. */
export class Stemmer {
  readonly #capacity: number;
  readonly #algorithms = new Map<string, SnowballStemmer>();
  readonly #known = new Map<string, { recent: Map<string, string>; older: Map<string, string> }>();

  /** Remembers at most twice `capacity` words for each language (about 150 bytes each). */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The stem of a normalised word without digits. Words in Latin script are stemmed by the rules of `latin`. */
  stem(word: string, latin: string): string {
    let known = this.#known.get(latin);
    if (known === undefined) {
      known = { recent: new Map(), older: new Map() };
      this.#known.set(latin, known);
    }
    const recent = known.recent.get(word);
    if (recent !== undefined) return recent;
    const stem = known.older.get(word) ?? this.#compute(word, latin);
    if (known.recent.size >= this.#capacity) {
      known.older = known.recent;
      known.recent = new Map();
    }
    known.recent.set(word, stem);
    return stem;
  }

  #compute(word: string, latin: string): string {
    const algorithm = algorithmOf(word, latin);
    if (algorithm === undefined || word.length < 3) return fold(word);
    let stemmer = this.#algorithms.get(algorithm);
    if (stemmer === undefined) {
      stemmer = newStemmer(algorithm);
      this.#algorithms.set(algorithm, stemmer);
    }
    return fold(stemmer.stem(word)) || word;
  }
}

function fold(stem: string): string {
  return MARKED_LATIN.test(stem) ? stem.normalize('NFD').replace(/\p{M}/gu, '') : stem;
}
