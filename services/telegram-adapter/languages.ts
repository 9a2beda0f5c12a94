import { ownName, TONGUES, type Tongue, tongueNamed, tongueOf } from '#lib/words/tongues.ts';
import type { Part } from './answering/deliver.ts';
import type { Desk } from './desk.ts';
import { offerIn } from './menus.ts';
import { type Button, buttonData, type Keyboard } from './telegram/keyboard.ts';
import { escapeHtml } from './text/formatted.ts';
import type { Said } from './updates/update.ts';
import { say } from './words/catalogue.ts';

/** The word for: the language of the person's Telegram. */
const AUTOMATIC = 'auto';

/** Languages in a row of buttons; more do not fit on a phone. */
const IN_A_ROW = 2;

/**
 * Chooses the language that the bot speaks in a chat: by code, by its own or English name, or `auto`. Gives what to say: for an empty or
 * unknown name, which languages there are. `tongue` is the one spoken so far.
 */
export async function chooseLanguage(desk: Desk, asking: Said, name: string, tongue: Tongue): Promise<Part> {
  const wanted = name.trim().toLowerCase();
  const chosen = tongueNamed(wanted);
  if (chosen === undefined && wanted !== AUTOMATIC) {
    const question = say(tongue, 'languages', { count: TONGUES.length });
    const plain = wanted === '' ? question : `${say(tongue, 'languageUnknown')}\n\n${question}`;
    return { ...text(plain), keyboard: languageKeyboard(asking, tongue) };
  }
  await desk.people.setLanguage(asking, chosen ?? '');
  if (asking.place === 'private') await offerIn(desk, asking.chat, chosen);
  if (chosen !== undefined) return text(say(chosen, 'languageChosen'));
  return text(say(tongueOf(asking.language) ?? 'en', 'languageAuto'));
}

/** Each language by its own name; in a group for the person alone who asked. */
function languageKeyboard({ place, user }: Said, tongue: Tongue): Keyboard {
  const owned = place === 'group' ? { owner: user } : {};
  const button = (label: string, argument: string): Button => ({
    text: label,
    data: buttonData({ action: 'lang', argument, ...owned }),
  });
  const rows: Button[][] = [[button(say(tongue, 'languageFromTelegram'), AUTOMATIC)]];
  for (let at = 0; at < TONGUES.length; at += IN_A_ROW) {
    rows.push(TONGUES.slice(at, at + IN_A_ROW).map((each) => button(ownName(each), each)));
  }
  return rows;
}

function text(plain: string): Part {
  return { html: escapeHtml(plain), plain };
}
