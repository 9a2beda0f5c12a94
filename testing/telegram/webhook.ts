// Delivery of updates to a webhook: each until a 2xx comes, one chat's in order, different chats' in parallel.
import http from 'node:http';
import https from 'node:https';
import type { Update } from './model.ts';
import type { UpdateQueue } from './updates.ts';

/** How the double delivers; for tests of what a bot must bear. */
export interface WebhookHabits {
  /** Wait before a delivery is tried again, milliseconds. */
  retryMs: number;
  /** Time that the bot has for its answer, milliseconds. */
  timeoutMs: number;
  /** So many of the next deliveries come twice. */
  double: number;
  /** So many of the next updates are delivered after the one that follows them. */
  reorder: number;
  /** Sent instead of the right secret, for tests of the refusal. */
  secret: string | undefined;
}

/** What became of one delivery. */
export interface Delivery {
  readonly updateId: number;
  /** Status of the bot's answer; 0 when none came. */
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The webhook of a bot. */
export class Webhook {
  readonly #queue: UpdateQueue;
  readonly #agents = [
    new http.Agent({ keepAlive: true }),
    new https.Agent({ keepAlive: true, rejectUnauthorized: false }),
  ];
  readonly #onReply: (method: string, parameters: Record<string, unknown>) => void;
  readonly #underway = new Map<Update, string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly habits: WebhookHabits = { retryMs: 100, timeoutMs: 10_000, double: 0, reorder: 0, secret: undefined };
  readonly deliveries: Delivery[] = [];
  url = '';
  maxConnections = 40;
  lastError: { readonly at: number; readonly message: string } | undefined;
  #secret = '';

  /** `onReply` gets the method call that a bot may put into its answer. */
  constructor(queue: UpdateQueue, onReply: (method: string, parameters: Record<string, unknown>) => void) {
    this.#queue = queue;
    this.#onReply = onReply;
  }

  /** Sets or, with an empty address, removes the webhook. */
  set(url: string, secret: string, maxConnections: number): void {
    this.url = url;
    this.#secret = secret;
    this.maxConnections = maxConnections;
    this.lastError = undefined;
    this.#queue.onAdded = url === '' ? undefined : () => this.#deliver();
    if (url !== '') this.#deliver();
  }

  /** Changes how it delivers; what waited for another update need not wait any more. */
  change(habits: Partial<WebhookHabits>): void {
    Object.assign(this.habits, habits);
    this.#deliver();
  }

  /** Ends all deliveries. */
  close(): void {
    this.set('', '', 40);
    for (const timer of this.#timers) clearTimeout(timer);
    for (const agent of this.#agents) agent.destroy();
  }

  #deliver(): void {
    if (this.url === '') return;
    const busy = new Set(this.#underway.values());
    for (const update of this.#inOrder()) {
      if (this.#underway.size >= this.maxConnections) return;
      const lane = laneOf(update);
      if (this.#underway.has(update) || busy.has(lane)) continue;
      busy.add(lane);
      this.#underway.set(update, lane);
      this.#attempt(update);
    }
  }

  /** The updates in the order of their delivery; one to be reordered waits until another has come after it. */
  #inOrder(): readonly Update[] {
    const { pending } = this.#queue;
    if (this.habits.reorder <= 0) return pending;
    const underway = pending.filter((update) => this.#underway.has(update));
    const [first, second, ...rest] = pending.filter((update) => !this.#underway.has(update));
    if (first === undefined || second === undefined) return [];
    this.habits.reorder -= 1;
    this.#queue.replace([...underway, second, first, ...rest]);
    return this.#queue.pending;
  }

  #attempt(update: Update): void {
    const url = this.url;
    const ended = (status: number, problem: string | undefined): void => {
      this.deliveries.push({ updateId: update.update_id, status, at: Date.now() });
      if (status >= 200 && status < 300) {
        this.#underway.delete(update);
        if (this.habits.double > 0) this.habits.double -= 1;
        else this.#queue.remove(update.update_id);
        this.#deliver();
        return;
      }
      this.lastError = { at: Date.now(), message: problem ?? `Wrong response from the webhook: ${status}` };
      this.#later(() => {
        this.#underway.delete(update);
        this.#deliver();
      });
    };
    this.#post(url, JSON.stringify(update), ended);
  }

  #post(url: string, body: string, ended: (status: number, problem: string | undefined) => void): void {
    const secure = url.startsWith('https:');
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
    };
    const secret = this.habits.secret ?? this.#secret;
    if (secret !== '') headers['x-telegram-bot-api-secret-token'] = secret;
    const [plain, tls] = this.#agents;
    const options = { method: 'POST', headers, agent: secure ? tls : plain, timeout: this.habits.timeoutMs };
    let done = false;
    const once = (status: number, problem?: string): void => {
      if (!done) ended(status, problem);
      done = true;
    };
    const request = (secure ? https : http).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => once(0, 'Connection reset by peer'));
      response.on('end', () => {
        once(response.statusCode ?? 0);
        this.#reply(Buffer.concat(chunks).toString('utf8'));
      });
    });
    request.on('timeout', () => request.destroy(new Error('Read timeout expired')));
    request.on('error', () => once(0, 'Connection refused or timed out'));
    request.end(body);
  }

  #reply(body: string): void {
    if (!body.startsWith('{')) return;
    try {
      const { method, ...parameters } = JSON.parse(body) as Record<string, unknown>;
      if (typeof method === 'string') this.#onReply(method, parameters);
    } catch {
      this.lastError = { at: Date.now(), message: 'Wrong response from the webhook: bad JSON' };
    }
  }

  #later(act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, this.habits.retryMs);
    this.#timers.add(timer);
  }
}

/** Updates of one chat keep their order; those of different chats overtake each other. */
function laneOf(update: Update): string {
  for (const key in update) {
    const content = update[key] as {
      readonly chat?: { readonly id: number };
      readonly message?: { readonly chat: object };
    };
    if (content.chat !== undefined) return String(content.chat.id);
    if (content.message !== undefined) return String((content.message.chat as { readonly id: number }).id);
  }
  return String(update.update_id);
}
