import type { Stemmer } from './stems.ts';
import { isStopWord } from './stopwords.ts';
import { normalize, scan } from './tokens.ts';

/** One token of a question with all the stems under which passages may hold it. */
export interface QueryToken {
  readonly word: string;
  readonly stems: readonly string[];
  readonly hasDigit: boolean;
  readonly stop: boolean;
  /** How often it occurs. */
  readonly count: number;
}

/** The different tokens of a question in order of first use, Latin words stemmed by the rules of each language. */
export function questionTokens(text: string, stemmer: Stemmer, latins: readonly string[]): QueryToken[] {
  const counts = new Map<string, { hasDigit: boolean; count: number }>();
  scan(normalize(text), (token, hasDigit) => {
    const known = counts.get(token);
    if (known === undefined) counts.set(token, { hasDigit, count: 1 });
    else known.count++;
  });
  const byStem = new Map<string, QueryToken>();
  for (const [word, { hasDigit, count }] of counts) {
    const stems = hasDigit ? [word] : [...new Set(latins.map((latin) => stemmer.stem(word, latin)))];
    const key = stems.join('\0');
    const same = byStem.get(key);
    if (same === undefined) byStem.set(key, { word, stems, hasDigit, stop: isStopWord(word), count });
    else byStem.set(key, { ...same, stop: same.stop && isStopWord(word), count: same.count + count });
  }
  return [...byStem.values()];
}
