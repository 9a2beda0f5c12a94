declare module 'snowball-stemmers' {
  /** A stemmer with a working state of its own: one call at a time. */
  export interface SnowballStemmer {
    stem(word: string): string;
  }
  /** Throws when there is no such algorithm. */
  export function newStemmer(algorithm: string): SnowballStemmer;
  export function algorithms(): string[];
}
