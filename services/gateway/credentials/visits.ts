import { create } from '@bufbuild/protobuf';
import { Channel, type Principal, PrincipalSchema, Scope } from '#gen/otvet/access/v1/access_pb.ts';
import type { Clock } from '#lib/clock.ts';
import type { Collection, DocumentStore } from '#lib/documents/port.ts';
import type { Ids } from '#lib/ids.ts';
import { hashOf } from './api-key.ts';

/** A visitor of the chat page, known by a cookie. */
interface Visit {
  /** SHA-256 of the cookie. */
  readonly key: string;
  /** Names the visitor; not secret. */
  readonly visitor: string;
  readonly createTime: number;
  readonly expireTime: number;
}

const DAY_MS = 24 * 3_600_000;
/** A visit ends after so long without one. */
export const VISIT_MS = 30 * DAY_MS;
const BELIEVED_MS = 60_000;
const BELIEVED_VISITS = 10_000;

/** The visits of the chat page. A visit may only ask; it never sees an API key. */
export class Visits {
  private readonly records: Collection<Visit>;
  private readonly clock: Clock;
  private readonly ids: Ids;
  private readonly believed = new Map<string, { readonly principal: Principal; readonly until: number }>();

  constructor(store: DocumentStore, parts: { clock: Clock; ids: Ids }) {
    this.records = store.collection<Visit>({ name: 'chatSessions', indexes: [], expiry: 'expireTime' });
    this.clock = parts.clock;
    this.ids = parts.ids;
  }

  /** Goes on with the visit of a cookie, or begins one. Gives the cookie to set and the visitor's realm. */
  async open(secret: string | undefined): Promise<{ secret: string; realm: string }> {
    const now = this.clock.now();
    const expireTime = now + VISIT_MS;
    if (secret !== undefined) {
      const prolonged = await this.records.update(hashOf(secret), {}, { max: { expireTime } });
      if (prolonged.ok) return { secret, realm: realmOf(prolonged.document) };
    }
    const made = `${this.ids.random()}${this.ids.random()}`;
    const visit: Visit = { key: hashOf(made), visitor: this.ids.random(), createTime: now, expireTime };
    const inserted = await this.records.insert(visit);
    if (!inserted.ok) throw new Error('a random visit exists already');
    return { secret: made, realm: realmOf(visit) };
  }

  /** On whose behalf a cookie's holder calls. Undefined for visits that are not known or have ended. */
  async principalOf(secret: string): Promise<Principal | undefined> {
    const hash = hashOf(secret);
    const now = this.clock.now();
    const known = this.believed.get(hash);
    if (known !== undefined && known.until > now) return known.principal;
    const visit = await this.records.get(hash);
    if (visit === undefined) return undefined;
    const principal = create(PrincipalSchema, { channel: Channel.WEB, realm: realmOf(visit), scopes: [Scope.ASK] });
    if (this.believed.size >= BELIEVED_VISITS) this.believed.clear();
    this.believed.set(hash, { principal, until: Math.min(now + BELIEVED_MS, visit.expireTime) });
    return principal;
  }
}

function realmOf({ visitor }: Visit): string {
  return `web-${visitor}`;
}
