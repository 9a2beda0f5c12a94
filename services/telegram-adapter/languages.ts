import { directed } from '#lib/words/direction.ts';
import { directionOf, ownName, TONGUES, type Tongue, tongueNamed, tongueOf } from '#lib/words/tongues.ts';
import type { Desk } from './desk.ts';
import { offerIn } from './menus.ts';
import type { Work } from './updates/update.ts';
import { say } from './words/catalogue.ts';

type Command = Extract<Work, { kind: 'command' }>;

/** The word for: the language of the person's Telegram. */
const AUTOMATIC = 'auto';

/** The language that `/lang pt` or, as it stands in the list, `/lang_pt` asks for; undefined for other commands. */
export function wantedLanguage({ name, argument }: Pick<Command, 'name' | 'argument'>): string | undefined {
  if (name === 'lang') return argument.toLowerCase();
  return name.startsWith('lang_') ? name.slice('lang_'.length).replaceAll('_', '-') : undefined;
}

/** Chooses the language that the bot speaks in a chat, or tells which there are. Gives what to say. */
export async function chooseLanguage(desk: Desk, command: Command, wanted: string, tongue: Tongue): Promise<string> {
  const automatic = wanted === AUTOMATIC;
  const chosen = tongueNamed(wanted);
  if (!automatic && chosen === undefined) {
    return wanted === '' ? list(tongue) : `${say(tongue, 'languageUnknown')}\n\n${list(tongue)}`;
  }
  await desk.people.setLanguage(command, chosen ?? '');
  if (command.place === 'private') await offerIn(desk, command.chat, chosen);
  if (chosen !== undefined) return say(chosen, 'languageChosen');
  return say(tongueOf(command.language) ?? 'en', 'languageAuto');
}

/** Each language by its own name, behind a command that chooses it with a tap. */
function list(tongue: Tongue): string {
  const lines = TONGUES.map((each) => `/lang_${each.replaceAll('-', '_')} ${ownName(each)}`);
  const text = [
    say(tongue, 'languages', { count: TONGUES.length }),
    '',
    `/lang_${AUTOMATIC} ${say(tongue, 'languageFromTelegram')}`,
    ...lines,
  ].join('\n');
  return directed(text, directionOf(tongue));
}
