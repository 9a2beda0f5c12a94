import type { Request, Statement } from '#lib/documents/sqlite/messages.ts';

/**
 * How requests travel to the writer thread. The same few statements are run over and over, and their texts are long: each
 * travels once, with a number, and then by its number alone.
 */
export type Posted = Exclude<Request, { kind: 'write' | 'run' }> | PostedWrite | PostedRun;

interface PostedStatement {
  readonly id: number;
  /** The text, the first time. */
  readonly sql?: string;
  readonly parameters: Statement['parameters'];
}

type Write = Extract<Request, { kind: 'write' }>;
type Run = Extract<Request, { kind: 'run' }>;

interface PostedWrite extends Omit<Write, 'attempts' | 'keyTaken' | 'purge'> {
  readonly attempts: readonly PostedStatement[];
  readonly keyTaken?: PostedStatement;
  readonly purge: readonly PostedStatement[];
}

interface PostedRun extends Omit<Run, 'statements'> {
  readonly statements: readonly PostedStatement[];
}

/** The sending side. Requests must arrive in the order in which they were packed. */
export class Packer {
  readonly #ids = new Map<string, number>();

  pack(request: Request): Posted {
    if (request.kind === 'run')
      return { kind: 'run', statements: request.statements.map((one) => this.#statement(one)) };
    if (request.kind !== 'write') return request;
    const { kind, grows, attempts, keyTaken, purge } = request;
    return {
      kind,
      grows,
      attempts: attempts.map((one) => this.#statement(one)),
      purge: purge.map((one) => this.#statement(one)),
      ...(keyTaken === undefined ? {} : { keyTaken: this.#statement(keyTaken) }),
    };
  }

  #statement({ sql, parameters }: Statement): PostedStatement {
    const known = this.#ids.get(sql);
    if (known !== undefined) return { id: known, parameters };
    const id = this.#ids.size;
    this.#ids.set(sql, id);
    return { id, sql, parameters };
  }
}

/** The receiving side. */
export class Unpacker {
  readonly #texts: string[] = [];

  unpack(posted: Posted): Request {
    if (posted.kind === 'run') return { kind: 'run', statements: posted.statements.map((one) => this.#statement(one)) };
    if (posted.kind !== 'write') return posted;
    const { kind, grows, attempts, keyTaken, purge } = posted;
    return {
      kind,
      grows,
      attempts: attempts.map((one) => this.#statement(one)),
      purge: purge.map((one) => this.#statement(one)),
      ...(keyTaken === undefined ? {} : { keyTaken: this.#statement(keyTaken) }),
    };
  }

  #statement({ id, sql, parameters }: PostedStatement): Statement {
    if (sql !== undefined) this.#texts[id] = sql;
    return { sql: this.#texts[id] ?? '', parameters };
  }
}
