import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Principal, PrincipalSchema } from '#gen/otvet/access/v1/access_pb.ts';

/** The metadata key that a principal travels under. */
export const PRINCIPAL_KEY = 'otvet-principal-bin';

const REALM = /^[A-Za-z0-9_-]{1,64}$/;
const SUBJECT_MAX = 64;

/** Principals come again with each call of the same person: so many are remembered. */
const REMEMBERED = 4_096;

/**
 * Turns metadata into principals, and remembers them by their bytes. One for each server. Those it gives are frozen,
 * because calls share them.
 */
export class PrincipalReader {
  readonly #remembered = new Map<string, Principal>();

  /** Undefined where the bytes are no principal, or one that breaks its own rules. */
  read(bytes: Buffer): Principal | undefined {
    const key = bytes.toString('latin1');
    const known = this.#remembered.get(key);
    if (known) return known;
    const principal = decode(bytes);
    if (!principal) return undefined;
    // Forgetting all at once is rare and cheap: the map refills from the calls of the next moments.
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, principal);
    return principal;
  }
}

function decode(bytes: Uint8Array): Principal | undefined {
  let principal: Principal;
  try {
    principal = fromBinary(PrincipalSchema, bytes);
  } catch {
    return undefined;
  }
  if (!REALM.test(principal.realm) || principal.subject.length > SUBJECT_MAX || principal.channel === 0) {
    return undefined;
  }
  Object.freeze(principal.scopes);
  Object.freeze(principal.assistants);
  return Object.freeze(principal);
}

/** Turns principals into metadata, and remembers the bytes for as long as the principal lives: it must not change. */
export class PrincipalWriter {
  readonly #written = new WeakMap<Principal, Buffer>();

  write(principal: Principal): Buffer {
    const known = this.#written.get(principal);
    if (known) return known;
    const bytes = Buffer.from(toBinary(PrincipalSchema, create(PrincipalSchema, principal)));
    this.#written.set(principal, bytes);
    return bytes;
  }
}
