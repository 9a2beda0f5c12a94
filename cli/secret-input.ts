import type { ReadStream } from 'node:tty';
import { CliError, EXIT } from './exit.ts';
import type { Output } from './terminal.ts';

/** More than any secret has, in characters. */
const MOST = 4096;

/** Reads one line that nobody is to see: from a pipe, or typed on a terminal, which then shows nothing of it. Throws `CliError`. */
export async function readSecret(input: ReadStream, err: Output, prompt: string): Promise<string> {
  const { isTTY } = input;
  if (isTTY) err.write(prompt);
  input.setEncoding('utf8');
  if (isTTY) input.setRawMode(true);
  let line = '';
  try {
    for await (const chunk of input as AsyncIterable<string>) {
      for (const character of chunk) {
        if (character === '\r' || character === '\n' || character === '\u0004') return line;
        if (character === '\u0003') throw new CliError('nothing was done', EXIT.interrupted);
        line = character === '\u007f' || character === '\b' ? line.slice(0, -1) : line + character;
      }
      if (line.length > MOST) throw new CliError('this is too long for a secret', EXIT.usage);
    }
    return line;
  } finally {
    if (isTTY) {
      input.setRawMode(false);
      err.write('\n');
    }
    input.pause();
  }
}
