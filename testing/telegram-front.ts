import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TelegramDouble } from './telegram-double.ts';

/** One Bot API address for several bots: sends each call to the double of its token. An unknown token is refused, as Telegram does. */
export class TelegramFront implements AsyncDisposable {
  readonly #doubles: readonly TelegramDouble[];
  readonly #server = createServer((incoming, outgoing) => {
    const double = this.#doubles.find(({ token }) => incoming.url?.startsWith(`/bot${token}/`));
    if (double === undefined) {
      incoming.resume();
      outgoing.writeHead(401, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ ok: false, error_code: 401, description: 'Unauthorized' }));
      return;
    }
    const { method, headers } = incoming;
    const onward = request(`${double.url}${incoming.url}`, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });

  private constructor(doubles: readonly TelegramDouble[]) {
    this.#doubles = doubles;
  }

  static async start(...doubles: readonly TelegramDouble[]): Promise<TelegramFront> {
    const front = new TelegramFront(doubles);
    await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  /** What the adapter takes for Telegram. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
