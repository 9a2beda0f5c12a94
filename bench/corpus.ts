import { readQuestionSets } from './question-sets.ts';

/** Passages to search and questions to ask, the same ones on every run. */
export interface Corpus {
  /** Where its words come from, to be shown beside the figures. */
  readonly origin: string;
  readonly passages: readonly { readonly text: string; readonly locale: string }[];
  readonly questions: readonly string[];
}

type Random = () => number;

/** Mulberry32: 0 to 1, the same sequence for the same seed. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** Text of a language in which each word follows one that it follows in the sample; now and then a word of its own. */
function writer(sample: readonly string[], alphabet: string, random: Random): (words: number) => string {
  const words = sample.flatMap((text) => text.split(/\s+/));
  const followers = new Map<string, string[]>();
  for (const [i, word] of words.slice(1).entries()) {
    const previous = words[i] ?? '';
    const known = followers.get(previous);
    if (known === undefined) followers.set(previous, [word]);
    else known.push(word);
  }
  const invent = (): string =>
    Array.from({ length: 5 + Math.floor(random() * 5) }, () => pick([...alphabet], random)).join('');
  const own = Array.from({ length: 100_000 }, invent);
  return (length) => {
    const text: string[] = [];
    let word = pick(words, random);
    while (text.length < length) {
      // Rare words follow Zipf's law roughly: the square of a uniform number prefers the first ones.
      text.push(random() < 0.04 ? (own[Math.floor(random() ** 3 * own.length)] as string) : word);
      word = pick(followers.get(word) ?? words, random);
    }
    return text.join(' ');
  };
}

/** Words drawn by Zipf's law from an invented vocabulary, for a machine without the question sets. */
function inventSample(alphabet: string, random: Random): string[] {
  const vocabulary = Array.from({ length: 20_000 }, (_, rank) =>
    Array.from({ length: 2 + Math.min(8, Math.floor(Math.log2(rank + 2) / 2 + random() * 4)) }, () =>
      pick([...alphabet], random),
    ).join(''),
  );
  return Array.from({ length: 400 }, () =>
    Array.from({ length: 120 }, () => vocabulary[Math.floor(vocabulary.length ** random()) - 1] ?? 'a').join(' '),
  );
}

/** As many passages as asked for, 30 to 70 words each, half English and half Russian, and 2,000 questions. */
export function makeCorpus(count: number): Corpus {
  const random = randomFrom(77);
  const sets = readQuestionSets();
  const latin = 'etaoinshrdlucmfwygp';
  const cyrillic = 'оеаинтсрвлкмдпуяыг';
  const samples = sets
    ? {
        en: [...sets.paragraphs.en.map(({ text }) => text), ...sets.train.map(({ question }) => question)],
        ru: sets.paragraphs.ru.map(({ text }) => text),
      }
    : { en: inventSample(latin, random), ru: inventSample(cyrillic, random) };
  const write = { en: writer(samples.en, latin, random), ru: writer(samples.ru, cyrillic, random) };
  const locales = ['en', 'ru'] as const;
  const passages = Array.from({ length: count }, (_, i) => {
    const locale = locales[i % 2] ?? 'en';
    return { text: write[locale](30 + Math.floor(random() * 40)), locale };
  });
  const asked = sets
    ? [...sets.paragraphs.en, ...sets.paragraphs.ru].flatMap(({ questions }) => questions)
    : Array.from({ length: 2000 }, (_, i) => write[locales[i % 2] ?? 'en'](6 + Math.floor(random() * 8)));
  const questions = Array.from({ length: 2000 }, () => pick(asked, random));
  return { origin: sets ? 'text after XQuAD and banking77' : 'generated text', passages, questions };
}
