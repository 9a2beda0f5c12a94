import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { type AskResponse, ConversationService } from '#gen/otvet/conversation/v1/conversation_service_pb.ts';
import type { Turn } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { type Import, Import_State } from '#gen/otvet/training/v1/import_pb.ts';
import { ImportService } from '#gen/otvet/training/v1/import_service_pb.ts';

/** A partner of Otvet: asks and teaches through the public edge, with an API key. */
export class Partner {
  readonly #transport: Transport;

  constructor(url: string, apiKey: string, protocol: 'connect' | 'grpc' = 'connect') {
    const identify: Interceptor = (next) => (request) => {
      request.header.set('authorization', `Bearer ${apiKey}`);
      return next(request);
    };
    const options = { baseUrl: url, interceptors: [identify] };
    this.#transport =
      protocol === 'grpc' ? createGrpcTransport(options) : createConnectTransport({ ...options, httpVersion: '1.1' });
  }

  client<S extends DescService>(service: S): Client<S> {
    return createClient(service, this.#transport);
  }

  /** Asks and gathers the stream. */
  async ask(
    assistant: string,
    question: string,
    more: { sessionId?: string; requestId?: string } = {},
  ): Promise<{ text: string; turn: Turn }> {
    let text = '';
    let turn: Turn | undefined;
    const steps: AsyncIterable<AskResponse> = this.client(ConversationService).ask({
      assistant: `assistants/${assistant}`,
      question,
      ...more,
    });
    for await (const { event } of steps) {
      if (event.case === 'started') text = '';
      if (event.case === 'delta') text += event.value.text;
      if (event.case === 'finished') turn = event.value.turn;
    }
    if (!turn) throw new Error('the stream ended without its last step');
    return { text, turn };
  }

  /** Imports a file and waits until questions are answered from it, or it failed. */
  async teach(assistant: string, file: string, content: Uint8Array | string): Promise<Import> {
    const imports = this.client(ImportService);
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const { import: begun } = await imports.createImport({ parent: `assistants/${assistant}`, file, content: bytes });
    for (const end = Date.now() + 30_000; Date.now() < end; ) {
      const { import: now } = await imports.getImport({ name: begun?.name ?? '' });
      if (now && (now.state === Import_State.RELEASED || now.state === Import_State.FAILED)) return now;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${file} was not released in time`);
  }
}
