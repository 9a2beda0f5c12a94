import type { WriteStream } from 'node:tty';

/** Where the command writes: results on `out`, everything for the person who waits on `err`. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
}

/** One of the two streams, and what it can show. */
export interface Output {
  readonly isTTY: boolean;
  /** Characters in a line; 80 where nobody knows. */
  readonly columns: number;
  readonly colour: boolean;
  write(text: string): void;
}

/** The process's own streams. Colours only on a terminal, and never with NO_COLOR (https://no-color.org). */
export function processTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  return { out: output(process.stdout, env), err: output(process.stderr, env) };
}

function output(stream: WriteStream, env: Readonly<Record<string, string | undefined>>): Output {
  const isTTY = stream.isTTY === true;
  return {
    isTTY,
    get columns() {
      return stream.columns || 80;
    },
    colour: isTTY && !env.NO_COLOR && env.TERM !== 'dumb',
    write: (text) => void stream.write(text),
  };
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const STYLES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** The text in a style, where the output shows any. */
export function styled(output: Output, style: Style, text: string): string {
  const [on, off] = STYLES[style];
  return output.colour ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** One line that is written over and over, on a terminal only. */
export class StatusLine {
  readonly #output: Output;
  #shown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Shows a line in place of the one before. */
  show(line: string): void {
    if (!this.#output.isTTY) return;
    this.#output.write(`\r\u001b[K${[...line].slice(0, this.#output.columns - 1).join('')}`);
    this.#shown = true;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown) this.#output.write('\r\u001b[K');
    this.#shown = false;
  }
}
