import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import { StoreUnavailable } from '#lib/documents/port.ts';
import { unavailable } from '#lib/rpc/failures.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import { credentialsInvalid, credentialsMissing, hostNotAllowed, originNotAllowed } from '../calls/refusals.ts';
import { isOwnHost, isOwnOrigin, isSameOrigin, type Names } from '../edge/hosts.ts';
import type { Keys } from './keys.ts';
import { presented } from './presented.ts';
import type { Visits } from './visits.ts';

/** What the doorman looks at. Header names are in lower case. */
export interface Caller {
  /** `Host`, or `:authority` in HTTP/2. */
  readonly authority: string | undefined;
  readonly header: (name: string) => string | undefined;
}

/** Decides who is let in, by headers alone. */
export class Doorman {
  private readonly keys: Keys;
  private readonly visits: Visits;
  private readonly names: Names;
  private readonly cookie: string;

  constructor(parts: { keys: Keys; visits: Visits; names: Names; cookie: string }) {
    this.keys = parts.keys;
    this.visits = parts.visits;
    this.names = parts.names;
    this.cookie = parts.cookie;
  }

  /** Why a request under this name, or from a page of this origin, is not taken. */
  refuseNames(caller: Caller): Failure | undefined {
    if (!isOwnHost(caller.authority, this.names)) return hostNotAllowed;
    return isOwnOrigin(caller.header('origin'), this.names) ? undefined : originNotAllowed;
  }

  /** On whose behalf a call comes. Throws `RpcError`. */
  async admit(caller: Caller): Promise<Principal> {
    const refusal = this.refuseNames(caller);
    if (refusal) throw new RpcError(refusal);
    const shown = presented(caller.header('authorization') ?? null, caller.header('cookie') ?? null, this.cookie);
    if (shown.kind === 'nothing') throw new RpcError(credentialsMissing);
    if (shown.kind === 'malformed') throw new RpcError(credentialsInvalid);
    if (shown.kind === 'cookie' && !this.isOwnPage(caller)) throw new RpcError(originNotAllowed);
    const principal = await this.ask(() =>
      shown.kind === 'key' ? this.keys.principalOf(shown.secret) : this.visits.principalOf(shown.secret),
    );
    if (principal === undefined) throw new RpcError(credentialsInvalid);
    return principal;
  }

  /** True when a request provably comes from the chat page itself, so that its cookie may count. */
  isOwnPage(caller: Caller): boolean {
    const from = {
      authority: caller.authority,
      origin: caller.header('origin'),
      secFetchSite: caller.header('sec-fetch-site'),
    };
    return isSameOrigin(from, this.names);
  }

  private async ask<T>(look: () => Promise<T>): Promise<T> {
    try {
      return await look();
    } catch (cause) {
      throw cause instanceof StoreUnavailable ? new RpcError(unavailable, { cause }) : cause;
    }
  }
}
