import { CYRILLIC, LATIN, type LanguageProfile, SCRIPTS } from './profiles.ts';
import { normalize } from './tokens.ts';

/** Words of a text that are looked at; a language shows itself long before. */
const WORDS_LIMIT = 120;
const TEXT_LIMIT = 4000;

const WORD_WEIGHT = 1;
/** A word of one letter may be anything: an initial, a size, a plan B. */
const LONE_LETTER_WEIGHT = 0.4;
const LETTERS_WEIGHT = 1.2;
const CLUSTERS_WEIGHT = 0.25;
/** A hint decides between languages this close to each other. */
const HINT_WEIGHT = 0.45;
/** Russian and English, the first of their scripts, are meant where two languages are about as likely. */
const FIRST_WEIGHT = 0.3;
/** Less than this, and nothing tells one Latin language from another. */
const EVIDENCE_FLOOR = 0.25;

type Family = 'cyrillic' | 'latin' | 'other';

function familyOf(word: string): Family {
  const unit = word.charCodeAt(0);
  if (unit < 0x250 || (unit >= 0x1e00 && unit < 0x1f00)) return 'latin';
  return unit >= 0x400 && unit < 0x530 ? 'cyrillic' : 'other';
}

/** What each word of a family's profiles tells: less where many languages share it. */
function wordWeights(profiles: readonly LanguageProfile[]): ReadonlyMap<string, number> {
  const shared = new Map<string, number>();
  for (const { words } of profiles) for (const word of words) shared.set(word, (shared.get(word) ?? 0) + 1);
  const weight = (word: string): number => (word.length > 1 ? WORD_WEIGHT : LONE_LETTER_WEIGHT);
  return new Map([...shared].map(([word, count]) => [word, weight(word) / count ** 0.7]));
}

const WORD_WEIGHTS = new Map([CYRILLIC, LATIN].map((profiles) => [profiles, wordWeights(profiles)]));

function weigh(profile: LanguageProfile, words: readonly string[], weights: ReadonlyMap<string, number>): number {
  let evidence = 0;
  for (const word of words) {
    if (profile.words.has(word)) evidence += weights.get(word) ?? 0;
    if (profile.letters?.test(word)) evidence += LETTERS_WEIGHT;
    if (word.length > 2 && profile.clusters?.test(word)) evidence += CLUSTERS_WEIGHT;
  }
  return evidence;
}

/** The likeliest language and the evidence for it; a hint is evidence. */
function strongest(profiles: readonly LanguageProfile[], words: readonly string[], hint: string): [string, number] {
  const weights = WORD_WEIGHTS.get(profiles) ?? wordWeights(profiles);
  let language = 'und';
  let found = 0;
  let most = -1;
  for (const profile of profiles) {
    const evidence = weigh(profile, words, weights) + (profile.language === hint ? HINT_WEIGHT : 0);
    const likelihood = evidence + (profile === profiles[0] ? FIRST_WEIGHT : 0);
    if (likelihood > most) {
      language = profile.language;
      found = evidence;
      most = likelihood;
    }
  }
  return [language, found];
}

function isFunctionWord(word: string): boolean {
  return WORD_WEIGHTS.get(familyOf(word) === 'cyrillic' ? CYRILLIC : LATIN)?.has(word) ?? false;
}

function dominant(words: readonly string[]): Family {
  const weights: Record<Family, number> = { cyrillic: 0, latin: 0, other: 0 };
  for (const word of words) {
    const family = familyOf(word);
    // Names of products are mostly Latin, so a word that carries a sentence's grammar counts for two.
    weights[family] += family === 'other' ? Math.max(1, word.length / 3) : isFunctionWord(word) ? 2 : 1;
  }
  if (weights.other > weights.cyrillic && weights.other > weights.latin / 2) return 'other';
  return weights.cyrillic >= weights.latin ? 'cyrillic' : 'latin';
}

/**
 * The language a text is written in, as BCP 47's language: 'ru', 'en', 'uk' ...; 'und' when it cannot be told (no letters,
 * a bare name in Latin letters). By script first, then by words, letters and endings. A hint (a person's or an
 * assistant's language) decides where the text itself leaves it open. About 40 microseconds for a question.
 */
export function detectLanguage(text: string, hint = ''): string {
  const expected = hint.toLowerCase().split(/[-_]/, 1)[0] ?? '';
  const sample = normalize(text.slice(0, TEXT_LIMIT));
  const words = (sample.match(/[\p{L}\p{M}]+(?:['’ʼʻ-][\p{L}\p{M}]+)*/gu) ?? []).slice(0, WORDS_LIMIT);
  if (words.length === 0) return 'und';
  switch (dominant(words)) {
    case 'cyrillic':
      return strongest(CYRILLIC, words, expected)[0];
    case 'latin': {
      const [language, evidence] = strongest(LATIN, words, expected);
      return evidence >= EVIDENCE_FLOOR ? language : 'und';
    }
    default:
      return SCRIPTS.find(([, letters]) => letters.test(sample))?.[0] ?? 'und';
  }
}
