/** What the command's exit code tells a script. Documented in `otvet --help`. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notReachable: 3,
  notAllowed: 4,
  unanswered: 5,
  rowsRejected: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit codes, as help shows them. */
export const EXIT_HELP = `Exit codes:
  0    done
  1    failed: the answer, the import or the server; doctor: something is broken
  2    wrong usage, or the server refuses the request as malformed
  3    the server cannot be reached
  4    no valid API key, or the key may not do this
  5    ask: the assistant does not know the answer from its material
  6    import: done, but some rows were rejected (they are listed)
  130  stopped with Ctrl-C`;

/** Ends the command with one line for its user and an exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: ExitCode;
  constructor(message: string, exit: ExitCode = EXIT.failed) {
    super(message);
    this.exit = exit;
  }
}
