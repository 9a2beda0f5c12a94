/** An error as plain data for a log line. */
export interface DescribedError {
  readonly type: string;
  readonly code?: string | number;
  readonly message?: string;
  /** The frames, one a line, without the message. */
  readonly stack?: string;
  readonly cause?: DescribedError;
}

const DEPTH = 4;

/**
 * An error without what people wrote: parsers and providers quote their input in messages, so a message is kept only
 * where it is the runtime's own (a system call that failed, a fault of the code). The frames tell the place of any.
 */
export function describeError(error: unknown, depth = DEPTH): DescribedError {
  if (!(error instanceof Error)) return { type: error === null ? 'null' : typeof error };
  const code = codeOf(error);
  const stack = framesOf(error);
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    ...(isOfRuntime(error, code) ? { message: error.message } : {}),
    ...(stack === '' ? {} : { stack }),
    ...(error.cause === undefined || depth <= 1 ? {} : { cause: describeError(error.cause, depth - 1) }),
  };
}

function codeOf(error: Error): string | number | undefined {
  if (!('code' in error)) return undefined;
  return typeof error.code === 'string' || typeof error.code === 'number' ? error.code : undefined;
}

function framesOf(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .join('\n');
}

function isOfRuntime(error: Error, code: string | number | undefined): boolean {
  if ('syscall' in error || error instanceof LoggableError) return true;
  const ofCode = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  // Node's own errors about arguments carry a code and quote the argument.
  return ofCode && code === undefined;
}

/** An error whose message was written by a machine about machines, and may stand in a log. */
export class LoggableError extends Error {
  override readonly name: string = 'LoggableError';
}
