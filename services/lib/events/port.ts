import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';

/**
 * The event port: hints that something changed at another service. A hint may be late, doubled or lost; the truth is
 * the owner's feed, which `Consumer` implementations also read at start, on reconnect and every 30 s.
 */
export interface EventConsumer extends AsyncDisposable {
  /** Resolves when the feed has been read up to now once. Rejects when the signal aborts first. */
  caughtUp(signal: AbortSignal): Promise<void>;
}

export interface ConsumeOptions {
  /** Whose events: a service name, such as `training`. */
  readonly source: string;
  /** Full names of the messages that are wanted; others are passed over. */
  readonly types: readonly string[];
  /**
   * Applies an event. May be called again with the same event: effects are conditional writes that carry its id, or
   * are harmless to repeat. A rejection is logged, and the event comes again soon, while later ones go on. Where there are dead letters
   * it ends among them after some attempts, unless what it needs is only away (`RpcError` UNAVAILABLE, `StoreUnavailable`).
   */
  readonly apply: (event: Event) => Promise<void>;
}

/** The consuming side. The publishing side is the owner's outbox: see `WriteOptions.outbox` of the document port. */
export interface EventBus {
  consume(options: ConsumeOptions): EventConsumer;
}
