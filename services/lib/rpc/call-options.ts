import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import type { CallContext } from '#lib/rpc/context.ts';

/** How a call is made. */
export interface CallOptions {
  /** Of the call being served: its deadline less a margin, its end and its trace go on into this one. */
  readonly context?: CallContext;
  readonly signal?: AbortSignal;
  /** Milliseconds; 10,000 for unary calls and 300,000 for streams where it is not set. */
  readonly timeoutMs?: number;
  /** On whose behalf; must not change afterwards. Only gateway and telegram-adapter may speak for others. */
  readonly principal?: Principal;
}
