import { detectLanguage } from '#lib/retrieval/language.ts';
import { type Tongue, tongueOf } from '#lib/words/tongues.ts';

/** What is known of the language of a person. */
export interface Hints {
  /** Chosen with /lang; empty where it was not. */
  readonly chosen: string;
  /** The language of the person's Telegram, BCP 47; empty when unknown. */
  readonly interface: string;
  /** What the person wrote; empty where it was no text. */
  readonly text: string;
}

/**
 * The language in which the bot itself speaks with a person: the chosen one, else that of the person's Telegram, else that of what was written;
 * English when it speaks none of them. Answers are another matter: they are in the language of the question.
 */
export function tongueFor({ chosen, interface: client, text }: Hints): Tongue {
  return tongueOf(chosen) ?? tongueOf(client) ?? tongueOf(text === '' ? '' : detectLanguage(text)) ?? 'en';
}
