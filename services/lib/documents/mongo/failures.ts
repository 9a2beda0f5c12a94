import {
  MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';
import { StoreUnavailable } from '#lib/documents/port.ts';

/** What MongoDB's errors mean for a write. */
export type Failure =
  /** By the fields of the index that refuses. */
  | { readonly kind: 'unique'; readonly fields: readonly string[] }
  /** The document's own types forbid the change; `message` is MongoDB's and may quote the document. */
  | { readonly kind: 'mismatch'; readonly message: string }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'unavailable' };

const DUPLICATE_KEY = 11_000;
/** BadValue, TypeMismatch, PathNotViable. */
const MISMATCHES = new Set<unknown>([2, 14, 28]);
/** DocumentValidationFailure, and three names of BSONObjectTooLarge. */
const TOO_LARGE = new Set<unknown>([121, 10_334, 17_419, 17_420]);
/** InterruptedAtShutdown, InterruptedDueToReplStateChange, NotWritablePrimary and its kin, ShutdownInProgress, stepping down. */
const NO_PRIMARY = new Set<unknown>([11_600, 11_602, 10_107, 13_435, 13_436, 10_058, 91, 189]);
const WRONG_PASSWORD = new Set<unknown>([18, 8_000]);
const FORBIDDEN = 13;
const DISK_FULL = 14_031;
/** Of the system (`EPIPE`), of Node's streams and of TLS. */
const SOCKET_ERROR = /^(E[A-Z]+|ERR_(STREAM|SOCKET|SSL|TLS)_[A-Z_]+)$/;

/** Reads an error that a call threw. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof MongoServerError) || error instanceof MongoWriteConcernError) return { kind: 'unavailable' };
  if (error.code === DUPLICATE_KEY) return { kind: 'unique', fields: Object.keys(error.keyPattern ?? {}) };
  if (TOO_LARGE.has(error.code)) return { kind: 'tooLarge' };
  if (MISMATCHES.has(error.code)) return { kind: 'mismatch', message: error.message };
  return { kind: 'unavailable' };
}

/** True for an error of MongoDB or of the way to it, which may go by itself. The driver passes on some errors of sockets as they are. */
export function isAway(error: unknown): error is Error {
  if (error instanceof MongoError) return true;
  const { code } = (error ?? {}) as { code?: unknown };
  return error instanceof Error && typeof code === 'string' && SOCKET_ERROR.test(code);
}

/** The error for callers and operators: names what is wrong and where, never a password and nothing of a document. */
export function unavailable(error: unknown, hosts: string): unknown {
  if (!isAway(error)) return error;
  return new StoreUnavailable(`MongoDB at ${hosts} ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: Error): string {
  if (!(error instanceof MongoError)) return `broke the connection (${(error as NodeJS.ErrnoException).code})`;
  if (WRONG_PASSWORD.has(error.code)) return 'refuses the user name or the password of OTVET_MONGODB_URL';
  if (error.code === FORBIDDEN) return 'does not let this user work on the database: it needs the role readWrite there';
  if (error.code === DISK_FULL) return 'cannot write: its disk is full';
  if (NO_PRIMARY.has(error.code)) return `has no server that takes writes now (${codeOf(error)})`;
  if (error instanceof MongoServerSelectionError) return selectionReason(error);
  if (error instanceof MongoWriteConcernError)
    return 'did not confirm a write in time; whether it is done is not known';
  if (error instanceof MongoNetworkTimeoutError) return 'did not answer in time';
  if (error instanceof MongoNetworkError) return `cannot be reached, or broke the connection${detailOf(error)}`;
  return `failed (${codeOf(error)})`;
}

/** No server was found: says why the one that was asked last was none. */
function selectionReason(error: MongoServerSelectionError): string {
  const servers = [...(error.reason?.servers.values() ?? [])];
  const inner = servers.map((server) => server.error).find((one) => one !== null && one !== undefined);
  if (inner !== undefined && inner !== null) return reasonOf(inner);
  return servers.some(({ type }) => type !== 'Unknown') ? 'has no server that takes writes now' : 'does not answer';
}

function detailOf(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return '';
  const { code } = cause as NodeJS.ErrnoException;
  return code === undefined ? '' : ` (${code})`;
}

function codeOf(error: MongoError): string {
  const { codeName } = error as { codeName?: unknown };
  return typeof codeName === 'string' ? codeName : String(error.code ?? error.name);
}
