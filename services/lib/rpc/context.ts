import type { Principal } from '#gen/otvet/access/v1/access_pb.ts';
import { cancelled } from '#lib/rpc/failures.ts';
import { type Failure, RpcError } from '#lib/rpc/status.ts';
import type { SpanContext } from '#lib/telemetry/traces.ts';

/** The call being served. Hand it on as it is, it is not to be spread or copied. */
export interface CallContext {
  /** Aborts when the caller cancels, the deadline passes or the server is forced down; its reason is an `RpcError`. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch; always set. */
  readonly deadline: number;
  /** The calling service's name from its certificate, such as `gateway`. */
  readonly caller: string;
  /** On whose behalf, already checked against the method's scope and assistant; shared, not to be changed. */
  readonly principal: Principal | undefined;
  /** To be the parent of what is done for the call. */
  readonly span: SpanContext | undefined;
}

/** The context that the server gives. The signal is made when it is first asked for: most calls never do. */
export class ServedCall implements CallContext {
  readonly deadline: number;
  readonly caller: string;
  readonly principal: Principal | undefined;
  readonly span: SpanContext | undefined;
  #controller: AbortController | undefined;
  #ended: RpcError | undefined;
  #settled = false;
  #listeners: Set<() => void> | undefined;

  constructor(deadline: number, caller: string, principal: Principal | undefined, span: SpanContext | undefined) {
    this.deadline = deadline;
    this.caller = caller;
    this.principal = principal;
    this.span = span;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#ended) this.#controller.abort(this.#ended);
    }
    return this.#controller.signal;
  }

  /** Why the call ended before its answer; undefined while it goes on. */
  get ended(): RpcError | undefined {
    return this.#ended;
  }

  /** True once, for who answers the call: afterwards it cannot end early any more. */
  settle(): boolean {
    const first = !this.#settled;
    this.#settled = true;
    return first;
  }

  /** Ends the call before its answer. Only the first time counts. */
  end(failure: Failure): void {
    if (this.#ended || this.#settled) return;
    this.#ended = new RpcError(failure);
    this.#controller?.abort(this.#ended);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }

  /** Calls back when the call ends before its answer. Cheaper than the signal. */
  onEnd(listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  offEnd(listener: () => void): void {
    this.#listeners?.delete(listener);
  }
}

/** Why a context ended, for contexts of any make; undefined while it goes on. */
export function endOf(context: CallContext): RpcError | undefined {
  if (context instanceof ServedCall) return context.ended;
  if (!context.signal.aborted) return undefined;
  const reason: unknown = context.signal.reason;
  return reason instanceof RpcError ? reason : new RpcError(cancelled, { cause: reason });
}
