import { endOfIdentity } from '#lib/certificates/check.ts';
import type { LiveIdentity, TlsIdentity } from '#lib/certificates/identity.ts';
import type { Clock } from '#lib/clock.ts';
import type { Logger } from '#lib/telemetry/log.ts';
import { counter, type Metrics, readGauge } from '#lib/telemetry/metrics.ts';

/** What identities are watched with. */
export interface Watching {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Within this time the same line is logged once, in milliseconds. */
const ONCE_IN_MS = 60_000;

/** An identity that is replaced now and then, with its log lines and metrics. */
export class KeptIdentity implements LiveIdentity {
  readonly service: string;
  readonly #watching: Watching;
  readonly #listeners = new Set<() => void>();
  readonly #loggedAt = new Map<string, number>();
  readonly #forget: () => void;
  #current: TlsIdentity;

  constructor(first: TlsIdentity, watching: Watching) {
    this.service = first.service;
    this.#current = first;
    this.#watching = watching;
    this.#forget = readGauge(
      watching.metrics,
      {
        name: 'otvet_certificate_expiry_seconds',
        help: 'Time until the certificate of a service ends; below 0 it has.',
        labels: ['service'],
      },
      { service: this.service },
      () => (endOfIdentity(this.#current) - watching.clock.now()) / 1_000,
    );
  }

  readonly now = (): TlsIdentity => this.#current;

  readonly onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly refused = (problem: string): void => {
    const help = 'Connections that a certificate kept from being made, ours or that of the other end.';
    const labels = ['service'] as const;
    counter(this.#watching.metrics, { name: 'otvet_certificate_refusals_total', help, labels }).inc({
      service: this.service,
    });
    this.warnIfExpired();
    this.#logSeldom('warn', problem, 'a connection was refused for a certificate');
  };

  replace(next: TlsIdentity): void {
    this.#current = next;
    const expires = new Date(endOfIdentity(next)).toISOString();
    this.#watching.log.info({ service: this.service, expires }, 'new certificate in use');
    for (const listener of this.#listeners) listener();
  }

  /** A new identity could not be used; the present one stays. */
  failed(problem: string): void {
    const help = 'New certificates that could not be used; the old one stays in use.';
    const labels = ['service'] as const;
    counter(this.#watching.metrics, { name: 'otvet_certificate_failures_total', help, labels }).inc({
      service: this.service,
    });
    this.#logSeldom('error', problem, 'the new certificate cannot be used');
  }

  /** Says so in the log when the certificate has ended. */
  warnIfExpired(): void {
    const end = endOfIdentity(this.#current);
    if (end > this.#watching.clock.now()) return;
    this.#logSeldom(
      'error',
      `the certificate has expired, at ${new Date(end).toISOString()}`,
      'own certificate expired',
    );
  }

  close(): void {
    this.#forget();
    this.#listeners.clear();
  }

  #logSeldom(level: 'warn' | 'error', problem: string, message: string): void {
    const now = this.#watching.clock.now();
    if (now - (this.#loggedAt.get(problem) ?? Number.NEGATIVE_INFINITY) < ONCE_IN_MS) return;
    if (this.#loggedAt.size >= 100) this.#loggedAt.clear();
    this.#loggedAt.set(problem, now);
    this.#watching.log[level]({ service: this.service, problem }, message);
  }
}
