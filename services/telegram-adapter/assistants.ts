import type { Assistant } from '#gen/otvet/training/v1/assistant_pb.ts';
import type { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import type { Client } from '#lib/rpc/client.ts';

/** Which assistant answers: the one that was chosen, else the first by name. */
export class Assistants {
  readonly #training: Pick<Client<typeof AssistantService>, 'getAssistant' | 'listAssistants'>;
  #name: string | undefined;

  /** `id` is the last part of an assistant's name, or undefined. */
  constructor(training: Pick<Client<typeof AssistantService>, 'getAssistant' | 'listAssistants'>, id?: string) {
    this.#training = training;
    this.#name = id === undefined ? undefined : `assistants/${id}`;
  }

  /** Chooses who answers from now on: `assistants/{assistant}`. */
  choose(name: string): void {
    this.#name = name;
  }

  /** What is known now: `assistants/{assistant}`, or empty. */
  get known(): string {
    return this.#name ?? '';
  }

  /** `assistants/{assistant}`; undefined while there is none. Rejects with `RpcError`. */
  async name(): Promise<string | undefined> {
    this.#name ??= (await this.#training.listAssistants({ pageSize: 1 })).assistants[0]?.name;
    return this.#name;
  }

  /** How the assistant presents itself. Rejects with `RpcError`. */
  async presented(): Promise<Assistant | undefined> {
    const name = await this.name();
    return name === undefined ? undefined : (await this.#training.getAssistant({ name })).assistant;
  }
}
