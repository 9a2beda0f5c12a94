import type { Clock } from '#lib/clock.ts';
import type { Collection } from '#lib/documents/port.ts';
import type { ReleaseActivation } from './activation.ts';
import type { ActiveRelease, AssistantRecord, Lease } from './assistants.ts';

/** A lease lasts so long beyond its last renewal. */
export const LEASE_MS = 60_000;
const RENEW_MS = 20_000;

/** Another process trains this assistant now, or took over in the midst of a run. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The right to train one assistant. Every write to the assistant made with it holds only while the lease does. */
export class TrainingLease implements AsyncDisposable {
  readonly #assistants: Collection<AssistantRecord>;
  readonly #clock: Clock;
  readonly #assistant: string;
  readonly #timer: NodeJS.Timeout;
  /** Each taking raises it: a process that slept over the end of its lease changes nothing any more. */
  readonly epoch: number;

  private constructor(assistants: Collection<AssistantRecord>, clock: Clock, assistant: string, epoch: number) {
    this.#assistants = assistants;
    this.#clock = clock;
    this.#assistant = assistant;
    this.epoch = epoch;
    this.#timer = setInterval(() => void this.#renew().catch(() => undefined), RENEW_MS).unref();
  }

  /** Undefined where another owner holds it. */
  static async take(
    assistants: Collection<AssistantRecord>,
    clock: Clock,
    assistant: string,
    owner: string,
  ): Promise<{ readonly lease: TrainingLease; readonly record: AssistantRecord } | undefined> {
    const now = clock.now();
    const change = { set: { 'lease.owner': owner, 'lease.until': now + LEASE_MS }, inc: { 'lease.epoch': 1 } };
    const taken = await assistants.update(assistant, { 'lease.until': { lte: now } }, change);
    if (!taken.ok) return undefined;
    const record = taken.document;
    return { lease: new TrainingLease(assistants, clock, assistant, record.lease.epoch), record };
  }

  /** Moves the assistant's one pointer to another release and tells of it, in one write. Throws `LeaseLost`. */
  async activate(active: ActiveRelease, { outbox }: ReleaseActivation): Promise<void> {
    const moved = await this.#assistants.update(
      this.#assistant,
      this.#held,
      { set: { active: { ...active } } },
      { outbox },
    );
    if (!moved.ok) throw new LeaseLost('the training of this assistant was taken over');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    // A lease that is not given back ends by itself.
    await this.#assistants.update(this.#assistant, this.#held, { set: { 'lease.until': 0 } }).catch(() => undefined);
  }

  get #held() {
    return { 'lease.epoch': { eq: this.epoch } };
  }

  async #renew(): Promise<void> {
    await this.#assistants.update(this.#assistant, this.#held, {
      set: { 'lease.until': this.#clock.now() + LEASE_MS },
    });
  }
}

/** A lease that nobody holds. */
export const FREE: Lease = { owner: '', epoch: 0, until: 0 };
