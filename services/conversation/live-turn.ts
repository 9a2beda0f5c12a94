import type { SpanContext } from '#lib/telemetry/traces.ts';
import type { CitationRecord, TurnRecord } from './turns.ts';

/** What a follower of a running turn sees. */
export type LiveEvent =
  | { readonly type: 'started'; readonly attempt: number }
  | { readonly type: 'delta'; readonly sequence: number; readonly text: string }
  | { readonly type: 'citation'; readonly citation: CitationRecord }
  | { readonly type: 'finished'; readonly turn: TurnRecord }
  /** Another process has the turn now: its record tells the rest. */
  | { readonly type: 'lost' };

/** How far a follower has read. */
export interface After {
  readonly attempt: number;
  readonly sequence: number;
}

/** A turn that runs, or will run, in this process: what it has said so far, for any number of followers. */
export class LiveTurn {
  /** Of the call that asked, so that one trace spans the turn. */
  span: SpanContext | undefined;
  readonly #events: LiveEvent[] = [];
  #waiting: (() => void)[] = [];
  #attempt = 0;
  #sequence = 0;

  get started(): boolean {
    return this.#attempt > 0;
  }

  begin(attempt: number): void {
    this.#attempt = attempt;
    this.#sequence = 0;
    this.#add({ type: 'started', attempt });
  }

  delta(text: string): void {
    if (text === '') return;
    this.#sequence += 1;
    this.#add({ type: 'delta', sequence: this.#sequence, text });
  }

  citation(citation: CitationRecord): void {
    this.#add({ type: 'citation', citation });
  }

  finish(turn: TurnRecord): void {
    this.#add({ type: 'finished', turn });
  }

  lose(): void {
    this.#add({ type: 'lost' });
  }

  /** Resolves when there is something to read, the time is over or the signal aborts. */
  async changed(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => resolve(), { once: true });
    this.#waiting.push(resolve);
    await promise;
    clearTimeout(timer);
  }

  /**
   * Everything said so far and then everything new, up to `finished` or `lost`. Of the attempt named in `after` only what came
   * after it. Deltas that a follower was too slow for come as one. Ends silently when the signal aborts.
   */
  async *follow(after: After | undefined, signal: AbortSignal): AsyncGenerator<LiveEvent, void> {
    let attempt = 0;
    for (let next = 0; ; ) {
      while (next < this.#events.length) {
        const event = this.#events[next] as LiveEvent;
        next += 1;
        if (event.type === 'started') attempt = event.attempt;
        if (attempt === after?.attempt && seen(event, after)) continue;
        if (event.type !== 'delta') {
          yield event;
          if (event.type === 'finished' || event.type === 'lost') return;
          continue;
        }
        let { sequence, text } = event;
        for (let more = this.#events[next]; more?.type === 'delta'; more = this.#events[next]) {
          text += more.text;
          sequence = more.sequence;
          next += 1;
        }
        yield { type: 'delta', sequence, text };
      }
      if (signal.aborted) return;
      await this.#more(signal);
    }
  }

  async #more(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const aborted = () => resolve();
    signal.addEventListener('abort', aborted, { once: true });
    await promise;
    signal.removeEventListener('abort', aborted);
  }

  #add(event: LiveEvent): void {
    this.#events.push(event);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

function seen(event: LiveEvent, after: After): boolean {
  return event.type === 'started' || (event.type === 'delta' && event.sequence <= after.sequence);
}
