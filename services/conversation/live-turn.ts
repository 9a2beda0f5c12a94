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

/**
 * How long text waits for the end of its answer, and what shows nothing to people for text, in milliseconds. An answer that is there at
 * once then leaves as one flight in place of five; at the pace of models nobody notices.
 */
const TEXT_WAITS_MS = 4;
const START_WAITS_MS = 20;

/** Something that a follower waits for: text or the end, or the end alone. */
interface Wait {
  readonly what: 'text' | 'end';
  readonly resolve: () => void;
}

/** A turn that runs, or will run, in this process: what it has said so far, for any number of followers. */
export class LiveTurn {
  /** Of the call that asked, so that one trace spans the turn. */
  span: SpanContext | undefined;
  readonly #events: LiveEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #awaiting: Wait[] = [];
  #isOver = false;
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
  changed(ms: number, signal: AbortSignal): Promise<void> {
    return this.#more(signal, ms);
  }

  /**
   * Everything said so far and then everything new, up to `finished` or `lost`. Of the attempt named in `after` only what came
   * after it. Deltas that a follower was too slow for come as one. Ends silently when the signal aborts.
   */
  async *follow(after: After | undefined, signal: AbortSignal): AsyncGenerator<LiveEvent, void> {
    let attempt = 0;
    for (let next = 0; ; ) {
      await this.#held(next);
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

  /** Resolves when what there is to tell, from the event `next` on, has waited for company long enough. */
  async #held(next: number): Promise<void> {
    const hasText = () => this.#events.some(({ type }, i) => i >= next && type === 'delta');
    if (next === this.#events.length) return;
    if (!hasText()) await this.#awaits('text', START_WAITS_MS);
    if (hasText()) await this.#awaits('end', TEXT_WAITS_MS);
  }

  async #awaits(what: Wait['what'], ms: number): Promise<void> {
    if (this.#isOver) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#awaiting.push({ what, resolve });
    await promise;
    clearTimeout(timer);
  }

  async #more(signal: AbortSignal, ms?: number): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => resolve();
    const timer = ms === undefined ? undefined : setTimeout(done, ms);
    this.#waiting.add(done);
    signal.addEventListener('abort', done, { once: true });
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(done);
    signal.removeEventListener('abort', done);
  }

  #add(event: LiveEvent): void {
    this.#events.push(event);
    this.#isOver ||= event.type === 'finished' || event.type === 'lost';
    this.#tellAwaiting(event);
    for (const wake of this.#waiting) wake();
  }

  #tellAwaiting({ type }: LiveEvent): void {
    if (this.#awaiting.length === 0 || (type !== 'delta' && !this.#isOver)) return;
    const ready = this.#awaiting.filter(({ what }) => this.#isOver || what === 'text');
    this.#awaiting = this.#isOver ? [] : this.#awaiting.filter(({ what }) => what === 'end');
    for (const { resolve } of ready) resolve();
  }
}

function seen(event: LiveEvent, after: After): boolean {
  return event.type === 'started' || (event.type === 'delta' && event.sequence <= after.sequence);
}
