import { natsUrl } from '#lib/config/shared.ts';
import { readConfig } from '#lib/config/variables.ts';
import { type FoundLetter, type LetterBox, NatsUnavailable, openLetterBox } from '#lib/events/nats/letter-box.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';
import type { Local } from './surroundings.ts';

export interface DeadLettersFlags {
  readonly replay?: readonly string[];
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `otvet dead-letters`: events that could not be applied, for an operator to see and to send again. */
export async function deadLettersCommand({ env, terminal }: Local, flags: DeadLettersFlags): Promise<ExitCode> {
  if (flags.replay && flags.all) throw new CliError('either --replay or --all', EXIT.usage);
  const url = readConfig({ natsUrl }, env).natsUrl;
  if (url === undefined) {
    throw new CliError(
      'OTVET_NATS_URL is not set. Without NATS there are no dead letters: an event is tried until it can be applied.',
      EXIT.usage,
    );
  }
  try {
    await using box = await openLetterBox(url);
    const found = await Array.fromAsync(box.letters());
    const chosen = flags.replay ? chosenOf(found, flags.replay) : found;
    const shown = flags.replay || flags.all ? await replayAll(box, chosen) : chosen;
    if (flags.json) terminal.out.write(`${JSON.stringify(shown.map(asJson))}\n`);
    else if (flags.replay || flags.all) terminal.out.write(`${shown.length} sent again\n`);
    else terminal.out.write(table(terminal.out, HEADINGS, shown.map(asRow)));
    if (!flags.json && terminal.out.isTTY && found.length === 0) terminal.err.write('There are no dead letters.\n');
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof NatsUnavailable)) throw error;
    throw new CliError(`NATS cannot be used: ${error.message}. Its address is OTVET_NATS_URL.`, EXIT.notReachable);
  }
}

const HEADINGS = ['ID', 'TYPE', 'SUBJECT', 'WHEN', 'BY', 'ATTEMPTS', 'REASON'];

function asRow({ id, type, subject, when, consumer, attempts, reason }: FoundLetter): string[] {
  return [
    id,
    type,
    subject,
    `${when.toISOString().slice(0, 19).replace('T', ' ')}Z`,
    consumer,
    String(attempts),
    reason,
  ];
}

function asJson({ id, type, subject, when, consumer, attempts, reason }: FoundLetter): object {
  return { id, type, subject, when: when.toISOString(), consumer, attempts, reason };
}

/** Letters of several services may have one id: all of them are meant. Throws `CliError` for an id that none has. */
function chosenOf(found: readonly FoundLetter[], ids: readonly string[]): readonly FoundLetter[] {
  const unknown = ids.find((id) => !found.some((letter) => letter.id === id));
  if (unknown !== undefined) throw new CliError(`there is no dead letter ${unknown}; nothing was sent`, EXIT.failed);
  return found.filter(({ id }) => ids.includes(id));
}

/** Those that were still there. */
async function replayAll(box: LetterBox, letters: readonly FoundLetter[]): Promise<readonly FoundLetter[]> {
  const sent: FoundLetter[] = [];
  for (const letter of letters) if (await box.replay(letter)) sent.push(letter);
  return sent;
}
