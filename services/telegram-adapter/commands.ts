import type { Assistant } from '#gen/otvet/training/v1/assistant_pb.ts';
import { RpcError } from '#lib/rpc/status.ts';
import { type Desk, principalOf, sessionOf } from './desk.ts';
import { isTongue, type MessageKey, say, type Tongue, tongueFor } from './messages.ts';
import type { Rendered } from './text/formatted.ts';
import { BOLD, Output } from './text/output.ts';
import type { Work } from './updates/update.ts';

type Command = Extract<Work, { kind: 'command' }>;

/** The commands that Telegram offers to people, with what it says of each. */
export const COMMANDS: readonly { readonly command: string; readonly description: MessageKey }[] = [
  { command: 'start', description: 'commandStart' },
  { command: 'help', description: 'commandHelp' },
  { command: 'new', description: 'commandNew' },
  { command: 'stop', description: 'commandStop' },
  { command: 'lang', description: 'commandLang' },
];

/** Does what a command asks, and gives what to say. Doing it again is harmless. */
export async function runCommand(desk: Desk, command: Command): Promise<Rendered> {
  const chosen = await desk.people.language(command);
  const tongue = tongueFor({ chosen, text: '', interface: command.language });
  try {
    switch (command.name) {
      case 'start':
        return await greeting(desk, tongue);
      case 'help':
        return words(say(tongue, 'help'));
      case 'new':
        return await startAnew(desk, command, tongue);
      case 'stop':
        return await stop(desk, command, tongue);
      case 'lang':
        return await chooseLanguage(desk, command, tongue);
      default:
        return words(say(tongue, 'unknownCommand'));
    }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const id = desk.ids.random().slice(0, 6);
    desk.log.warn({ id, err: error }, 'a command failed');
    return words(say(tongue, 'busy', { id }));
  }
}

async function greeting(desk: Desk, tongue: Tongue): Promise<Rendered> {
  const assistant = await desk.assistants.presented();
  if (assistant === undefined) return words(say(tongue, 'notReady', { id: 'no assistant' }));
  return introduce(assistant, tongue);
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

async function startAnew(desk: Desk, command: Command, tongue: Tongue): Promise<Rendered> {
  await inSession(desk, command, (name, principal) => desk.sessions.resetSession({ name }, { principal }));
  return words(say(tongue, 'newConversation'));
}

/** Overtakes what waits: questions that conversation has not seen yet are dropped when their turn comes. */
async function stop(desk: Desk, command: Command, tongue: Tongue): Promise<Rendered> {
  const waiting = await desk.backlog.questionsOf(command);
  await desk.stops.stop(command, command.message);
  const answer = await inSession(desk, command, (session, principal) =>
    desk.conversation.stopTurns({ session }, { principal }),
  );
  return words(say(tongue, waiting + (answer?.stoppedCount ?? 0) > 0 ? 'stopped' : 'nothingToStop'));
}

async function chooseLanguage(desk: Desk, command: Command, tongue: Tongue): Promise<Rendered> {
  const wanted = command.argument.toLowerCase();
  if (wanted === '') return words(say(tongue, 'language'));
  if (wanted !== 'auto' && !isTongue(wanted)) {
    return words(`${say(tongue, 'languageUnknown')}\n\n${say(tongue, 'language')}`);
  }
  const language = wanted === 'auto' ? '' : wanted;
  await inSession(desk, command, (name, principal) =>
    desk.sessions.updateSession({ session: { name, language }, updateMask: { paths: ['language'] } }, { principal }),
  );
  await desk.people.setLanguage(command, language);
  return words(isTongue(wanted) ? say(wanted, 'languageChosen') : say(tongue, 'languageAuto'));
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
