import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands before the webhooks of several replicas: sends each delivery to the next one. */
export class WebhookFront implements AsyncDisposable {
  readonly #server = createServer((incoming, outgoing) => {
    const target = this.targets[this.#turn++ % Math.max(1, this.targets.length)];
    const { method, url, headers } = incoming;
    const onward = request(`http://${target}${url}`, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  #turn = 0;
  /** `host:port` of the replicas. */
  targets: readonly string[] = [];

  static async start(): Promise<WebhookFront> {
    const front = new WebhookFront();
    await new Promise<void>((resolve) => front.#server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/telegram`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
