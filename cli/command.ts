import type { Api, Env } from './connection.ts';
import type { Terminal } from './terminal.ts';

/** What every command works with. */
export interface Context {
  readonly api: Api;
  readonly terminal: Terminal;
  readonly env: Env;
  /** Aborted by the first Ctrl-C; a second one ends the process at once. */
  readonly interrupted: AbortSignal;
  /** Reads a line that nobody is to see, from standard input; `prompt` is shown on a terminal only. */
  readonly readSecret: (prompt: string) => Promise<string>;
  /** Something nobody can guess, at least 16 letters and digits. */
  readonly chance: () => string;
  /** Resolves after so many milliseconds, or at once when interrupted. */
  readonly pause: (ms: number) => Promise<void>;
}
