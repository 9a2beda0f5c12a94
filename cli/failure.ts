import { Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { oneLine } from './terminal-text.ts';

/** Failures of commands that work without a server; their messages are for people. By name, so that nothing of it is loaded here. */
const LOCAL_FAILURES = new Set(['ArchiveError', 'StoreUnavailable', 'ConfigError', 'StartError', 'BlobCorrupt']);

/** What a failed call means for the person at the terminal: one line that says what to do, and the exit code. */
export function toCliError(error: unknown, url: string): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof Error && LOCAL_FAILURES.has(error.name)) return new CliError(oneLine(error.message));
  if (!(error instanceof ConnectError)) throw error;
  if (isUnreachable(error)) {
    return new CliError(
      `no server answers at ${url}. Start it with: npm start   (another address: OTVET_URL)`,
      EXIT.notReachable,
    );
  }
  return new CliError(`${reasonInWords(error)}`, exitCodeOf(error.code));
}

/** True where no answer came from the server: it may be down, or the connection was lost. */
export function isUnreachable(error: ConnectError): boolean {
  return reasonOf(error) === undefined && isLost(error);
}

/** The reason that the server gives, such as `SESSION_QUEUE_FULL`; undefined where the error is not from the server. */
export function reasonOf(error: ConnectError): string | undefined {
  return error.findDetails(ErrorInfoSchema)[0]?.reason;
}

/** How long the server asks to wait, in milliseconds. */
export function retryAfterMs(error: ConnectError): number | undefined {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return delay && Number(delay.seconds) * 1000 + delay.nanos / 1e6;
}

const CONNECTION_CODES =
  /^(ECONN|EPIPE|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|ERR_STREAM|ERR_HTTP2|UND_ERR|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/;

function isLost(error: ConnectError): boolean {
  if (error.code === Code.Unavailable) return true;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && CONNECTION_CODES.test(String(cause.code))) return true;
  }
  // A stream that ends before its end message, as when the server was killed.
  return error.code === Code.Aborted || /premature|missing EndStreamResponse|aborted/i.test(error.rawMessage);
}

function reasonInWords(error: ConnectError): string {
  const reason = reasonOf(error);
  const advice = reason === undefined ? undefined : ADVICE[reason];
  const violations = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
  if (violations.length > 0) {
    return violations.map(({ field, description }) => oneLine(`${field}: ${description}`)).join('; ');
  }
  const said = oneLine(error.rawMessage) || `the server answers ${Code[error.code]}`;
  return advice === undefined ? said : `${said.replace(/\.$/, '')}. ${advice}`;
}

const ADVICE: Readonly<Record<string, string>> = {
  CREDENTIALS_MISSING: 'Set OTVET_API_KEY, or run this where the server keeps its first key (OTVET_DATA_DIR).',
  CREDENTIALS_INVALID: 'Check OTVET_API_KEY; without it the key of the local server is used (OTVET_DATA_DIR).',
  SCOPE_MISSING: 'Use a key with this scope: otvet keys create NAME --scope ...',
  ASSISTANT_UNKNOWN: 'See what there is: otvet assistants',
  ASSISTANT_NOT_FOUND: 'See what there is: otvet assistants',
  SESSION_NOT_FOUND: 'See what there is: otvet sessions',
};

function exitCodeOf(code: Code): ExitCode {
  switch (code) {
    case Code.InvalidArgument:
    case Code.OutOfRange:
      return EXIT.usage;
    case Code.Unauthenticated:
    case Code.PermissionDenied:
      return EXIT.notAllowed;
    default:
      return EXIT.failed;
  }
}
