import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { EventMeasures } from '#lib/events/measures.ts';
import { during, type Link, type Session } from '#lib/events/nats/link.ts';
import { headersOf, subjectOf } from '#lib/events/nats/message.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** So many hints are on their way at once: one at a time is six times slower. */
const IN_FLIGHT = 64;
/** More wait for nobody: consumers read the feed. */
const MOST_WAITING = 2_000;
/** By then consumers have read the feed. */
const STALE_MS = 30_000;
const ATTEMPTS = 4;
const ACKNOWLEDGED_MS = 2_000;
const RETRY_MS = 200;
/** How long the last hints may take when the process ends. */
const FLUSH_MS = 1_000;

export interface AnnouncerOptions {
  readonly link: Link;
  readonly log: Logger;
  readonly measures: EventMeasures;
  /** How many hints may be on their way at once, if not as many as usual. */
  readonly inFlight?: number;
}

interface Announcement {
  readonly event: Event;
  /** By the process's own clock, in milliseconds. */
  readonly since: number;
  attempts: number;
}

/** Publishes hints, many at a time and in order, while NATS is there. A hint that cannot be published is dropped and counted. */
export class Announcer implements AsyncDisposable {
  readonly #options: AnnouncerOptions;
  readonly #link: Link;
  readonly #measures: EventMeasures;
  readonly #closing = new AbortController();
  readonly #waiting: Announcement[] = [];
  #inFlight = 0;
  #asked = false;
  #idle = Promise.withResolvers<void>();

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#link = options.link;
    this.#measures = options.measures;
  }

  /** Takes a hint. Never throws and never waits. */
  announce(event: Event): void {
    if (this.#closing.signal.aborted) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#measures.notPublished(event.source, 'crowded');
      return;
    }
    this.#waiting.push({ event, since: performance.now(), attempts: 0 });
    this.#pump();
  }

  /** Gives what waits a moment, where NATS is there; drops the rest. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#link.session && this.#waiting.length + this.#inFlight > 0) {
      this.#idle = Promise.withResolvers<void>();
      const timer = setTimeout(this.#idle.resolve, FLUSH_MS);
      await this.#idle.promise;
      clearTimeout(timer);
    }
    this.#closing.abort();
  }

  #pump(): void {
    const { session } = this.#link;
    if (session === undefined) {
      if (this.#asked) return;
      this.#asked = true;
      this.#link.whenUp(this.#closing.signal, () => {
        this.#asked = false;
        this.#pump();
      });
      return;
    }
    while (this.#inFlight < (this.#options.inFlight ?? IN_FLIGHT)) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if (performance.now() - next.since > STALE_MS) this.#measures.notPublished(next.event.source, 'stale');
      else void this.#publish(next, session);
    }
    if (this.#inFlight === 0 && this.#waiting.length === 0) this.#idle.resolve();
  }

  async #publish(announcement: Announcement, session: Session): Promise<void> {
    const { event } = announcement;
    const { id, source, type } = event;
    this.#inFlight++;
    announcement.attempts++;
    try {
      const options = { headers: headersOf(event), msgID: id, timeout: ACKNOWLEDGED_MS };
      await during(session, session.client.publish(subjectOf(source, type), event.data, options));
      this.#measures.published(source);
    } catch (error) {
      this.#measures.notPublished(source, 'refused');
      if (announcement.attempts < ATTEMPTS) this.#later(announcement);
      else {
        this.#measures.notPublished(source, 'given-up');
        this.#options.log.warn(
          { source, event: id, type, err: error },
          'hint not published; consumers find the event in the feed',
        );
      }
    } finally {
      this.#inFlight--;
      this.#pump();
    }
  }

  /** Puts a hint that was refused before those that wait, after a moment. */
  #later(announcement: Announcement): void {
    const again = (): void => {
      if (this.#closing.signal.aborted) return;
      this.#waiting.unshift(announcement);
      this.#pump();
    };
    setTimeout(again, RETRY_MS * announcement.attempts).unref();
  }
}
