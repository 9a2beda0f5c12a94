import { Handoff_State } from '#gen/otvet/conversation/v1/handoff_pb.ts';
import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { type Desk, principalOf, sessionOf } from '../desk.ts';
import type { Said } from '../updates/update.ts';
import { postToOperators, postToPerson } from './post.ts';

/** As much of each earlier question and answer as operators are shown, in UTF-16 units. */
const SHOWN = 500;

/** What to tell the person who asked. */
export type Asked = 'humanCalled' | 'humanAlready' | 'humanJoined' | 'humanOff' | 'notReady';

/** Hands a session to people because the person asks. Doing it again for the same message is harmless. Rejects with `RpcError`. */
export async function askForPeople(desk: Desk, said: Said): Promise<Asked> {
  const { group } = desk.operators;
  if (group === undefined || said.place !== 'private') return 'humanOff';
  const begun = await request(desk, said, `tg-human-${said.message}`, 0);
  if (begun === undefined) return 'notReady';
  if (begun.isNew) return 'humanCalled';
  return begun.state === Handoff_State.HUMAN ? 'humanJoined' : 'humanAlready';
}

/** Hands a session to people when the bot refused too often. Never rejects with `RpcError`: the person has an answer, if a poor one. */
export async function callAfterRefusals(desk: Desk, said: Said, updateId: number): Promise<void> {
  const { group, afterRefusals } = desk.operators;
  if (group === undefined || afterRefusals === 0 || said.place !== 'private') return;
  try {
    const begun = await request(desk, said, `tg-${updateId}`, afterRefusals);
    if (begun?.isNew) await begun.tellPerson();
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    if (error.failure.reason !== 'HANDOFF_NOT_DUE') desk.log.warn({ err: error }, 'people could not be called');
  }
}

async function request(desk: Desk, said: Said, requestId: string, afterRefusals: number) {
  const { bot, assistants, operators } = desk;
  const assistant = await assistants.name();
  if (assistant === undefined) return undefined;
  const session = sessionOf(bot, said, assistant);
  const principal = principalOf(bot, said.user, assistant);
  const response = await operators.handoffs.requestHandoff({ session, requestId, afterRefusals }, { principal });
  const { number = 0, state = Handoff_State.UNSPECIFIED } = response.handoff ?? {};
  const before = await operators.contacts.of(said);
  await operators.contacts.begin(said, session, number);
  const contact = await operators.contacts.of(said);
  if (contact === undefined) return undefined;
  // The operators are told of each handoff once; only then what follows is old.
  const say = afterRefusals > 0 ? 'refusals' : 'asked';
  if (state !== Handoff_State.ENDED) {
    await postToOperators(desk, contact, say, { id: 'begun', text: contextOf(response.recentTurns) });
  }
  return {
    isNew: state === Handoff_State.WAITING && before?.number !== number,
    state,
    tellPerson: () => postToPerson(desk, contact, 'called', { id: 'called' }),
  };
}

/** What was said to the bot, for who takes over. */
function contextOf(turns: readonly Turn[]): string {
  return turns.map(({ question, answer }) => `— ${short(question)}\n${short(answer)}`).join('\n\n');
}

function short(text: string): string {
  const cut = text.trim().slice(0, SHOWN).toWellFormed();
  return cut.length < text.trim().length ? `${cut}…` : cut;
}
