import type { Tongue } from '#lib/words/tongues.ts';
import type { Letter } from '../answering/letters.ts';
import type { Desk } from '../desk.ts';
import { targetOf } from '../telegram/target.ts';
import { plainText } from '../text/formatted.ts';
import type { Work } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';
import { welcome } from './entry.ts';

type Command = Extract<Work, { kind: 'command' }>;

/**
 * /pair: makes whoever has the bot's own code its owner, and lets in whom a code of a group or a person stands for when an owner gives it.
 * Others learn nothing of codes. In a group its owner needs no code.
 */
export async function pair(desk: Desk, command: Command, tongue: Tongue): Promise<readonly Letter[]> {
  const { chat, user, language, place } = command;
  const code = command.argument.toLowerCase();
  const reply = (text: string): Letter => ({ target: targetOf(command), text: plainText(text) });
  const isOwner = await desk.owners.isOwner(user);
  if (place === 'group') {
    if (!isOwner) return [];
    await desk.groups.open(chat, '');
    return [await welcome(desk, command)];
  }
  if (isOwner ? code.length === OWNER_CODE : await desk.owners.claim(code, user, language)) {
    return [reply(say(tongue, 'pairOwner'))];
  }
  if (!isOwner || code === '') return [reply(say(tongue, 'pairUnknown'))];
  const group = await desk.groups.withCode(code);
  if (group !== undefined) {
    await desk.groups.open(group.chat, group.title);
    return [
      reply(say(tongue, 'pairGroup', { group: group.title })),
      await welcome(desk, { chat: group.chat, language }),
    ];
  }
  return [reply(say(tongue, (await desk.access.letIn(code)) ? 'pairPerson' : 'pairUnknown'))];
}

/** An owner who writes the code of the bot again has only not seen that it worked. */
const OWNER_CODE = 10;
