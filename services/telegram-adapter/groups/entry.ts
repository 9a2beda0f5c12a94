import type { Letter } from '../answering/letters.ts';
import type { Desk } from '../desk.ts';
import { targetOf } from '../telegram/target.ts';
import { plainText } from '../text/formatted.ts';
import type { InboxUpdate } from '../updates/inbox.ts';
import type { Work } from '../updates/update.ts';
import { say } from '../words/catalogue.ts';
import { tongueFor } from '../words/tongue-for.ts';

/** Characters of the code for a group or a person: only an owner can use it. */
const CODE_LENGTH = 6;

/** A code that an owner lets somebody in with. */
export function newCode(desk: Pick<Desk, 'ids'>): string {
  return desk.ids.random().slice(0, CODE_LENGTH);
}

/** Somebody wants something in a group that nobody has let in: says once how that is done. */
export async function answerKnock(
  desk: Desk,
  update: InboxUpdate,
  knock: Extract<Work, { kind: 'knock' | 'standing' }>,
): Promise<readonly Letter[]> {
  const { chat, title, language } = knock;
  const code = await desk.groups.codeToTell(chat, title, update.key, newCode(desk));
  if (code === undefined) return [];
  const chosen = await desk.people.language(knock);
  const tongue = tongueFor({ chosen, text: '', interface: language });
  return [{ target: targetOf(knock), text: plainText(say(tongue, 'groupKnock', { code })) }];
}

/** The bot came into a group, or stands there otherwise than before. */
export async function answerStanding(
  desk: Desk,
  update: InboxUpdate,
  standing: Extract<Work, { kind: 'standing' }>,
): Promise<readonly Letter[]> {
  const { chat, title, isNew, user } = standing;
  if (chat === desk.operators.group) return [];
  if (isNew && (await desk.owners.isOwner(user))) await desk.groups.open(chat, title);
  const state = await desk.groups.state(chat);
  if (state !== 'open') return isNew && standing.canSpeak ? answerKnock(desk, update, standing) : [];
  const missing = await tellMissing(desk, update, standing);
  if (!isNew || !standing.canSpeak) return missing;
  return [...missing, await welcome(desk, standing)];
}

/** What the bot says in a group that may ask it. */
export async function welcome(
  desk: Desk,
  group: { readonly chat: number; readonly language: string },
): Promise<Letter> {
  const { chat, language } = group;
  const tongue = tongueFor({ chosen: await desk.people.language({ chat }), text: '', interface: language });
  return { target: { chat }, text: plainText(say(tongue, 'groupHello')) };
}

/** Tells the owners once what the bot lacks in a group. */
async function tellMissing(
  desk: Desk,
  update: InboxUpdate,
  { chat, title, canSpeak, hearsAll, language }: Extract<Work, { kind: 'standing' }>,
): Promise<readonly Letter[]> {
  if (canSpeak && hearsAll) return [];
  const what = canSpeak ? 'groupPrivacy' : 'groupMute';
  if (!(await desk.groups.claimTelling(chat, what, update.key))) return [];
  const owners = await desk.owners.all();
  return owners.map((owner) => {
    const tongue = tongueFor({ chosen: '', text: '', interface: owner.language || language });
    return { target: { chat: owner.id }, text: plainText(say(tongue, what, { group: title })) };
  });
}
