import { createContextKey } from '@connectrpc/connect';
import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import type { StatusCode } from '#lib/rpc/status.ts';

/** What becomes known of one call on its way through the edge. Made anew for each. */
export interface EdgeCall {
  /** The name under which the server was called: `Host`, or `:authority` in HTTP/2. */
  readonly authority: string | undefined;
  /** On whose behalf; set when the call was let in. */
  principal: Principal | undefined;
  /** How it ended; unset while it goes on, and for requests that could not be read. */
  outcome: StatusCode | 'OK' | undefined;
}

/** Finds the `EdgeCall` in the transport's context. */
export const edgeCallKey = createContextKey<EdgeCall>(
  { authority: undefined, principal: undefined, outcome: undefined },
  { description: 'what the edge knows of a call' },
);
