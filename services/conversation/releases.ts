import { createHash } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import type { Event } from '#gen/otvet/feed/v1/feed_service_pb.ts';
import type { AssistantService } from '#gen/otvet/training/v1/assistant_service_pb.ts';
import { ReleaseActivatedSchema } from '#gen/otvet/training/v1/events_pb.ts';
import type { ReleaseService } from '#gen/otvet/training/v1/release_service_pb.ts';

import { openRelease, type ReleaseIndex } from '#lib/retrieval/search.ts';
import type { Client } from '#lib/rpc/client.ts';
import { RpcError } from '#lib/rpc/status.ts';
import type { Logger } from '#lib/telemetry/log.ts';

/** A release whose index is in memory. A turn keeps the one it began with. */
export interface LoadedRelease {
  /** Resource name. */
  readonly name: string;
  readonly index: ReleaseIndex;
}

export interface ReleasesParts {
  readonly assistants: Pick<Client<typeof AssistantService>, 'getAssistant'>;
  readonly releases: Pick<Client<typeof ReleaseService>, 'getRelease' | 'fetchArtifact'>;
  /** Bytes that all loaded indexes may take together. */
  readonly memory: number;
  readonly log: Logger;
}

/**
 * The releases that answer. One is fetched when its assistant is first asked, and replaced in one step when training activates
 * another; the least recently asked go when memory runs out.
 */
export class Releases {
  readonly #parts: ReleasesParts;
  /** By assistant, the least recently asked first. `undefined` inside: the assistant has no release yet. */
  readonly #active = new Map<string, LoadedRelease | undefined>();
  readonly #loading = new Map<string, Promise<LoadedRelease | undefined>>();

  constructor(parts: ReleasesParts) {
    this.#parts = parts;
  }

  /**
   * The active release of an assistant, by the assistant's resource name; undefined where it has none yet. Rejects with `RpcError`:
   * ASSISTANT_UNKNOWN, RELEASE_UNAVAILABLE.
   */
  async active(assistant: string): Promise<LoadedRelease | undefined> {
    if (this.#active.has(assistant)) {
      const release = this.#active.get(assistant);
      this.#active.delete(assistant);
      this.#active.set(assistant, release);
      return release;
    }
    // Calls at the same time share one load.
    return this.#loading.get(assistant) ?? this.#load(assistant);
  }

  /**
   * Follows training: an assistant in use gets its new release as soon as it is activated. Rejects when it could not be loaded, so that the
   * event comes again; the release before answers until then.
   */
  async apply(event: Event): Promise<void> {
    const { release } = fromBinary(ReleaseActivatedSchema, event.data);
    const inUse = this.#active.has(event.subject) && this.#active.get(event.subject)?.name !== release;
    if (inUse || this.#loading.has(event.subject)) await this.#load(event.subject);
  }

  /** Loads what is active now. A load that began before, perhaps with the release before, does not count any more. */
  async #load(assistant: string): Promise<LoadedRelease | undefined> {
    const loading = this.#fetch(assistant);
    this.#loading.set(assistant, loading);
    try {
      const release = await loading;
      if (this.#loading.get(assistant) === loading) {
        this.#active.delete(assistant);
        this.#active.set(assistant, release);
        this.#evict(assistant);
      }
      return release;
    } finally {
      if (this.#loading.get(assistant) === loading) this.#loading.delete(assistant);
    }
  }

  async #fetch(assistant: string): Promise<LoadedRelease | undefined> {
    const name = await this.#activeName(assistant);
    if (name === '') return undefined;
    const known = this.#active.get(assistant);
    if (known?.name === name) return known;
    try {
      const { release } = await this.#parts.releases.getRelease({ name });
      const artifact = new Uint8Array(Number(release?.artifactSize ?? 0n));
      const hash = createHash('sha256');
      let length = 0;
      for await (const { chunk } of this.#parts.releases.fetchArtifact({ name })) {
        if (length + chunk.length > artifact.length)
          throw new Error(`the artifact of ${name} is longer than its record says`);
        artifact.set(chunk, length);
        length += chunk.length;
        hash.update(chunk);
      }
      if (hash.digest('hex') !== release?.artifactSha256)
        throw new Error(`the artifact of ${name} does not match its hash`);
      const index = openRelease(artifact, { checksum: 'skip' });
      this.#parts.log.info({ release: name, bytes: index.bytes }, 'release loaded');
      return { name, index };
    } catch (error) {
      this.#parts.log.error({ err: error, release: name }, 'a release could not be loaded');
      throw unavailable(error);
    }
  }

  async #activeName(assistant: string): Promise<string> {
    try {
      const { assistant: found } = await this.#parts.assistants.getAssistant({ name: assistant });
      return found?.activeRelease ?? '';
    } catch (error) {
      if (error instanceof RpcError && error.failure.code === 'NOT_FOUND') {
        throw new RpcError({
          code: 'NOT_FOUND',
          reason: 'ASSISTANT_UNKNOWN',
          domain: 'conversation.otvet',
          message: `There is no assistant ${assistant}.`,
        });
      }
      throw unavailable(error);
    }
  }

  #evict(justLoaded: string): void {
    let total = [...this.#active.values()].reduce((sum, release) => sum + (release?.index.bytes ?? 0), 0);
    for (const [assistant, release] of this.#active) {
      if (total <= this.#parts.memory) return;
      if (assistant === justLoaded || !release) continue;
      this.#active.delete(assistant);
      total -= release.index.bytes;
    }
  }
}

function unavailable(cause: unknown): RpcError {
  return new RpcError(
    {
      code: 'UNAVAILABLE',
      reason: 'RELEASE_UNAVAILABLE',
      domain: 'conversation.otvet',
      message: "The assistant's release cannot be loaded now. Try again.",
      retryAfterMs: 1000,
    },
    { cause },
  );
}
