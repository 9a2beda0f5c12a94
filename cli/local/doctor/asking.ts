import { type Patient, wordsOf } from './check.ts';

/** What a server answered; `body` is undefined where it is not JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface AskOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Whose clock the answer shows. */
  readonly whose: string;
  readonly patient: Patient;
}

/** The longest answer that is read, in bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Asks a server with GET and sees its clock. What keeps it from answering is told as a code. */
export async function ask(url: string, { headers = {}, signal, whose, patient }: AskOptions): Promise<Answer | string> {
  try {
    const response = await fetch(url, { headers, signal, redirect: 'manual' });
    const theirs = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(theirs)) patient.sighted({ whose, aheadMs: theirs - patient.now() });
    return { status: response.status, body: await jsonOf(response) };
  } catch (error) {
    if (signal.aborted) throw error;
    return wordsOf(error);
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > MAX_BYTES) return undefined;
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString());
  } catch {
    return undefined;
  }
}
