import { formatMessage, type Given } from '#lib/words/message.ts';
import { type Tongue, tongueOf } from '#lib/words/tongues.ts';
import { ar } from './ar.ts';
import { be } from './be.ts';
import { de } from './de.ts';
import { en, type Phrases } from './en.ts';
import { es } from './es.ts';
import { fa } from './fa.ts';
import { fr } from './fr.ts';
import { he } from './he.ts';
import { hi } from './hi.ts';
import { id } from './id.ts';
import { it } from './it.ts';
import { ja } from './ja.ts';
import { kk } from './kk.ts';
import { ko } from './ko.ts';
import { pl } from './pl.ts';
import { ptBr } from './pt-br.ts';
import { ru } from './ru.ts';
import { tr } from './tr.ts';
import { uk } from './uk.ts';
import { uz } from './uz.ts';
import { vi } from './vi.ts';
import { zhHans } from './zh-hans.ts';

/** What Otvet itself says to people, in the languages it speaks by itself. Models speak all others. */
export const PHRASES: Readonly<Record<Tongue, Phrases>> = {
  en,
  ar,
  be,
  de,
  es,
  fa,
  fr,
  he,
  hi,
  id,
  it,
  ja,
  kk,
  ko,
  pl,
  'pt-br': ptBr,
  ru,
  tr,
  uk,
  uz,
  vi,
  'zh-hans': zhHans,
};

type PhraseKey = keyof typeof en;

/** A phrase in a language as BCP 47; in English where it is not spoken. */
export function phrase<K extends PhraseKey>(language: string, key: K, ...values: Given<(typeof en)[K]>): string {
  const tongue = tongueOf(language) ?? 'en';
  return formatMessage(tongue, PHRASES[tongue][key], ...values);
}
