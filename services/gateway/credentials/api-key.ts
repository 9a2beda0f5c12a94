import { createHash } from 'node:crypto';
import type { Ids } from '#lib/ids.ts';

/** `otvet_` and 260 random bits in lower-case base 32. The fixed beginning lets secret scanners find leaked keys. */
const FORMAT = /^otvet_[0-9a-hjkmnp-tv-z]{52}$/;
const SHOWN_LENGTH = 'otvet_'.length + 6;

/** Makes the secret of a new key. */
export function newSecret(ids: Ids): string {
  return `otvet_${ids.random()}${ids.random()}`;
}

/** True for what could be a key; others need no look into the store. */
export function isSecret(text: string): boolean {
  return FORMAT.test(text);
}

/** What is stored and searched in place of a secret: SHA-256 in hexadecimal. Enough for 260 random bits. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The beginning of a key, by which people tell keys apart. Leaves 230 bits unknown. */
export function shownPrefix(secret: string): string {
  return secret.slice(0, SHOWN_LENGTH);
}
