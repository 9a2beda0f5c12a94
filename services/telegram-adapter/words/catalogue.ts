import { formatMessage, type Given } from '#lib/words/message.ts';
import type { Tongue } from '#lib/words/tongues.ts';
import { ar } from './ar.ts';
import { be } from './be.ts';
import { de } from './de.ts';
import { en, type Words } from './en.ts';
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

/** All that the bot itself says, in every language. */
export const CATALOGUE: Readonly<Record<Tongue, Words>> = {
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

export type MessageKey = keyof typeof en;

/** What is said when a question finds no answer; each names an id that the log has too. */
export type FailureKey = 'failed' | 'busy' | 'notReady' | 'picturesUnsupported';

/** The values that a message needs, as the last argument: none for most. */
export type Needed<K extends MessageKey> = Given<(typeof en)[K]>;

/** A message with its values, ready to be shown: plain text, not escaped. */
export function say<K extends MessageKey>(tongue: Tongue, key: K, ...values: Needed<K>): string {
  return formatMessage(tongue, CATALOGUE[tongue][key], ...values);
}
