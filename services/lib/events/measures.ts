import { counter, histogram, type Metrics } from '#lib/telemetry/metrics.ts';

/** What became of an event: those that `failed` come again, `dead` ones are among the dead letters. */
export type Outcome = 'applied' | 'repeated' | 'failed' | 'dead';
/** Who brought an event: the owner's feed, or a hint on the bus. */
export type Carrier = 'feed' | 'hint';

/** Why a hint was not published: it is tried again after `refused`; the others are the end of it. */
export type PublishFailure = 'refused' | 'given-up' | 'crowded' | 'stale';

/** What is counted of events, on both sides. Sources are service names. */
export interface EventMeasures {
  consumed(source: string, carrier: Carrier, outcome: Outcome): void;
  /** Seconds from the change at its owner to its hint here. */
  hintAge(source: string, seconds: number): void;
  deadLetter(source: string): void;
  published(source: string): void;
  notPublished(source: string, failure: PublishFailure): void;
}

/** The measures of a process, which all its services share. */
export function eventMeasures(metrics: Metrics): EventMeasures {
  const consumed = counter(metrics, {
    name: 'otvet_events_consumed_total',
    help: 'Events that came to a consumer, by their owner, what brought them and what became of them',
    labels: ['source', 'carrier', 'outcome'],
  });
  const age = histogram(metrics, {
    name: 'otvet_event_hint_age_seconds',
    help: 'From a change at its owner to its hint at a consumer',
    labels: ['source'],
  });
  const dead = counter(metrics, {
    name: 'otvet_event_dead_letters_total',
    help: 'Events that could not be applied and were put aside for an operator',
    labels: ['source'],
  });
  const published = counter(metrics, {
    name: 'otvet_event_hints_published_total',
    help: 'Hints that the bus has taken',
    labels: ['source'],
  });
  const failures = counter(metrics, {
    name: 'otvet_event_hint_failures_total',
    help: 'Attempts to publish a hint that failed (refused), and hints that were dropped: given-up, crowded, stale',
    labels: ['source', 'failure'],
  });
  return {
    consumed: (source, carrier, outcome) => consumed.inc({ source, carrier, outcome }),
    hintAge: (source, seconds) => age.observe({ source }, seconds),
    deadLetter: (source) => dead.inc({ source }),
    published: (source) => published.inc({ source }),
    notPublished: (source, failure) => failures.inc({ source, failure }),
  };
}
