import type { Assistant } from '#gen/otvet/training/v1/assistant_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { directed } from '#lib/words/direction.ts';
import { directionOf, ownName, type Tongue } from '#lib/words/tongues.ts';
import type { Part } from './answering/deliver.ts';
import type { Letter } from './answering/letters.ts';
import { type Desk, principalOf, sessionOf } from './desk.ts';
import { pair } from './groups/pair.ts';
import { askForPeople } from './handoff/ask-for-people.ts';
import { leavePeople } from './handoff/pass-on.ts';
import { chooseLanguage } from './languages.ts';
import { COMMANDS } from './menus.ts';
import { targetOf } from './telegram/target.ts';
import type { Rendered } from './text/formatted.ts';
import { BOLD, Output } from './text/output.ts';
import type { Work } from './updates/update.ts';
import { say } from './words/catalogue.ts';
import { tongueFor } from './words/tongue-for.ts';

type Command = Extract<Work, { kind: 'command' }>;

/** Does what a command asks, and gives what to say. Doing it again is harmless. */
export async function runCommand(desk: Desk, command: Command): Promise<readonly Letter[]> {
  const chosen = await desk.people.language(command);
  const tongue = tongueFor({ chosen, text: '', interface: command.language });
  try {
    if (command.name === 'pair') return await pair(desk, command, tongue);
    return [{ target: targetOf(command), text: await reply(desk, command, tongue) }];
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return [{ target: targetOf(command), text: words(say(tongue, 'busy', { id: noted(desk, error) })) }];
  }
}

async function reply(desk: Desk, command: Command, tongue: Tongue): Promise<Part> {
  switch (command.name) {
    case 'start':
      return await greeting(desk, tongue);
    case 'ask':
      return words(say(tongue, 'askHow'));
    case 'help':
      return words(help(tongue));
    case 'new':
      return await startAnew(desk, command, tongue);
    case 'human':
      return words(await callPeople(desk, command, tongue));
    case 'stop':
      return await stop(desk, command, tongue);
    case 'privacy':
      return words(say(tongue, 'privacyText'));
    case 'forget':
      return await forget(desk, command, tongue);
    case 'settings':
      return words(say(tongue, 'settingsText', { language: ownName(tongue) }));
    case 'lang':
      return await chooseLanguage(desk, command, command.argument, tongue);
    default:
      return words(say(tongue, 'unknownCommand'));
  }
}

async function greeting(desk: Desk, tongue: Tongue): Promise<Rendered> {
  const assistant = await desk.assistants.presented();
  if (assistant === undefined) return words(say(tongue, 'notReady', { id: noted(desk, NO_ASSISTANT) }));
  return introduce(assistant, tongue);
}

const NO_ASSISTANT = new Error('There is no assistant yet.');

/** Tells the log, and gives the id by which it is found there. */
function noted(desk: Desk, err: Error): string {
  const id = desk.ids.random().slice(0, 6);
  desk.log.warn({ id, err }, 'a command failed');
  return id;
}

/** Who answers, for whom it speaks, and what can be asked. */
export function introduce(assistant: Assistant, tongue: Tongue): Rendered {
  const out = new Output();
  out.inside(BOLD, () => out.text(assistant.displayName));
  if (assistant.description !== '') out.text(`\n${assistant.description}`);
  out.text(`\n\n${say(tongue, 'greeting')}`);
  if (assistant.sampleQuestions.length > 0) out.text(` ${say(tongue, 'examples')}`);
  for (const question of assistant.sampleQuestions) out.text(`\n• ${question}`);
  return out.rendered;
}

/** What to say to who asks for people. */
async function callPeople(desk: Desk, command: Command, tongue: Tongue): Promise<string> {
  const called = await askForPeople(desk, command);
  return called === 'notReady' ? say(tongue, called, { id: noted(desk, NO_ASSISTANT) }) : say(tongue, called);
}

/** Who has people in the conversation goes back to the bot. */
async function startAnew(desk: Desk, command: Command, tongue: Tongue): Promise<Rendered> {
  await leavePeople(desk, command);
  await inSession(desk, command, (name, principal) => desk.sessions.resetSession({ name }, { principal }));
  return words(say(tongue, 'newConversation'));
}

/** How long a second /forget is waited for, in milliseconds. */
const FORGET_MS = 60_000;

/** Deletes what the person asked in this session, when they say so twice. Told again after a broken try, it deletes what is left. */
async function forget(desk: Desk, command: Command, tongue: Tongue): Promise<Rendered> {
  const { user, message, at, place } = command;
  if (!(await desk.people.mayForget(command, user, message, at))) {
    await desk.people.offerForgetting(command, user, message, at + FORGET_MS);
    return words(say(tongue, 'forgetConfirm'));
  }
  if (place === 'private') await desk.stops.stop(command, { upTo: message, at: desk.clock.now() });
  await inSession(desk, command, (name, principal) => desk.sessions.deleteSession({ name }, { principal }));
  return words(say(tongue, 'conversationForgotten'));
}

/** Overtakes what waits: questions that conversation has not seen yet are dropped when their turn comes. */
async function stop(desk: Desk, command: Command, tongue: Tongue): Promise<Rendered> {
  const waiting = await desk.backlog.questionsOf(command);
  await desk.stops.stop(command, { upTo: command.message, at: desk.clock.now() });
  const answer = await inSession(desk, command, (session, principal) =>
    desk.conversation.stopTurns({ session }, { principal }),
  );
  return words(say(tongue, waiting + (answer?.stoppedCount ?? 0) > 0 ? 'stopped' : 'nothingToStop'));
}

/** How to ask, and what each command does. */
function help(tongue: Tongue): string {
  const commands = COMMANDS.map(({ command, description }) => `/${command} ${say(tongue, description)}`);
  return directed([say(tongue, 'help'), '', ...commands].join('\n'), directionOf(tongue));
}

/** Runs something on the chat's session. A session that is not there yet needs nothing; undefined then. */
async function inSession<T>(
  desk: Desk,
  command: Command,
  run: (session: string, principal: ReturnType<typeof principalOf>) => Promise<T>,
): Promise<T | undefined> {
  const assistant = await desk.assistants.name();
  if (assistant === undefined) return undefined;
  try {
    return await run(sessionOf(desk.bot, command, assistant), principalOf(desk.bot, command.user, assistant));
  } catch (error) {
    if (error instanceof RpcError && error.failure.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

function words(plain: string): Rendered {
  const out = new Output();
  out.text(plain);
  return out.rendered;
}
