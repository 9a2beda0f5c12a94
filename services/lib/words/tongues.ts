/** The languages that Otvet itself speaks. Codes are BCP 47 in lower case, as Telegram writes them. */
const SPOKEN = {
  en: { name: 'English', direction: 'ltr' },
  ar: { name: 'العربية', direction: 'rtl' },
  be: { name: 'Беларуская', direction: 'ltr' },
  de: { name: 'Deutsch', direction: 'ltr' },
  es: { name: 'Español', direction: 'ltr' },
  fa: { name: 'فارسی', direction: 'rtl' },
  fr: { name: 'Français', direction: 'ltr' },
  he: { name: 'עברית', direction: 'rtl' },
  hi: { name: 'हिन्दी', direction: 'ltr' },
  id: { name: 'Bahasa Indonesia', direction: 'ltr' },
  it: { name: 'Italiano', direction: 'ltr' },
  ja: { name: '日本語', direction: 'ltr' },
  kk: { name: 'Қазақша', direction: 'ltr' },
  ko: { name: '한국어', direction: 'ltr' },
  pl: { name: 'Polski', direction: 'ltr' },
  'pt-br': { name: 'Português', direction: 'ltr' },
  ru: { name: 'Русский', direction: 'ltr' },
  tr: { name: 'Türkçe', direction: 'ltr' },
  uk: { name: 'Українська', direction: 'ltr' },
  uz: { name: 'Oʻzbekcha', direction: 'ltr' },
  vi: { name: 'Tiếng Việt', direction: 'ltr' },
  'zh-hans': { name: '简体中文', direction: 'ltr' },
} as const;

/** A language that Otvet itself speaks. */
export type Tongue = keyof typeof SPOKEN;

/** English first, then by code. */
export const TONGUES = Object.keys(SPOKEN) as readonly Tongue[];

/** Which way a language is written. */
export type Direction = 'ltr' | 'rtl';

/** Codes of old, and languages one of whose kinds is spoken. */
const NEXT: ReadonlyMap<string, Tongue> = new Map([
  ['pt', 'pt-br'],
  ['zh', 'zh-hans'],
  ['in', 'id'],
  ['iw', 'he'],
]);

/** The name of a language in the language itself. */
export function ownName(tongue: Tongue): string {
  return SPOKEN[tongue].name;
}

export function directionOf(tongue: Tongue): Direction {
  return SPOKEN[tongue].direction;
}

/**
 * The tongue for a language as BCP 47: itself, else the kind of it that is spoken (`pt` and `pt-PT` are served by `pt-br`, `zh-TW` by
 * `zh-hans`, `de-AT` by `de`). Undefined where none is.
 */
export function tongueOf(language: string): Tongue | undefined {
  const subtags = language.toLowerCase().split(/[-_]/);
  for (let length = subtags.length; length > 0; length--) {
    const code = subtags.slice(0, length).join('-');
    const tongue = isTongue(code) ? code : NEXT.get(code);
    if (tongue !== undefined) return tongue;
  }
  return undefined;
}

function isTongue(code: string): code is Tongue {
  return Object.hasOwn(SPOKEN, code);
}

/** The tongue that a person names: by code, by its own name or in English, in whatever case. Undefined where none is. */
export function tongueNamed(name: string): Tongue | undefined {
  const wanted = name.trim().toLowerCase();
  if (wanted === '') return undefined;
  const english = new Intl.DisplayNames('en', { type: 'language' });
  const isMeant = (tongue: Tongue): boolean =>
    [ownName(tongue), english.of(tongue), english.of(codeOf(tongue))].some((known) => known?.toLowerCase() === wanted);
  return tongueOf(wanted) ?? TONGUES.find(isMeant);
}

/** The two letters of ISO 639-1, which no other tongue has. */
export function codeOf(tongue: Tongue): string {
  return tongue.slice(0, 2);
}
