import { type Principal, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import { sessionNotFound } from './failures.ts';
import { parseSessionName, realmOf, sessionKey } from './names.ts';
import type { SessionRecord } from './sessions.ts';

/** Reads sessions by key. */
export type Reader = (key: string) => Promise<SessionRecord | undefined>;

/** True when a principal may know of a session: its own, or anybody's with SCOPE_READ. A service by itself may know all. */
export function maySee(principal: Principal | undefined, session: string): boolean {
  return principal === undefined || principal.realm === realmOf(session) || principal.scopes.includes(Scope.READ);
}

/** The session of a resource name, for a principal that may know of it; undefined where nothing was asked in it yet. */
export async function readable(
  reader: Reader,
  name: string,
  principal: Principal | undefined,
): Promise<SessionRecord | undefined> {
  const parsed = parseSessionName(name);
  if (!maySee(principal, parsed.session)) throw sessionNotFound();
  return reader(sessionKey(parsed));
}
