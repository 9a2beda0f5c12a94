import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Release_State, type ReleaseSchema } from '#gen/otvet/training/v1/release_pb.ts';
import { ReleaseService } from '#gen/otvet/training/v1/release_service_pb.ts';
import { BlobCorrupt, BlobMissing, type BlobStore } from '#lib/blobs/port.ts';
import { listPage } from '#lib/documents/page.ts';
import type { Collection } from '#lib/documents/port.ts';
import { type Served, serve } from '#lib/rpc/server.ts';
import type { AssistantRecord } from './assistants.ts';
import { artifactGone, artifactLost, assistantNotFound, releaseNotFound } from './failures.ts';
import { below, idsOf, lastId, releaseName } from './names.ts';
import type { ReleaseRecord } from './releases.ts';

export interface ReleaseServiceParts {
  readonly assistants: Collection<AssistantRecord>;
  readonly releases: Collection<ReleaseRecord>;
  readonly blobs: BlobStore;
}

export function serveReleases({ assistants, releases, blobs }: ReleaseServiceParts): Served {
  const find = async (name: string): Promise<{ assistant: AssistantRecord; release: ReleaseRecord }> => {
    const ids = idsOf(name);
    const [assistant, release] = await Promise.all([
      assistants.get(ids.assistant),
      releases.get(`${ids.assistant}/${ids.id}`),
    ]);
    if (assistant === undefined) throw assistantNotFound(`assistants/${ids.assistant}`);
    if (release === undefined) throw releaseNotFound(name);
    return { assistant, release };
  };
  return serve(ReleaseService, {
    getRelease: async ({ name }) => {
      const { assistant, release } = await find(name);
      return { release: toRelease(release, assistant) };
    },
    listReleases: async ({ parent, pageSize, pageToken }) => {
      const assistant = await assistants.get(idsOf(parent).assistant);
      if (assistant === undefined) throw assistantNotFound(parent);
      const page = await listPage(releases, {
        index: 'key',
        range: below(assistant.key),
        order: 'descending',
        pageSize,
        pageToken,
        filter: parent,
      });
      const found = page.documents.map((release) => toRelease(release, assistant));
      return { releases: found, nextPageToken: page.nextPageToken };
    },
    async *fetchArtifact({ name }) {
      const { release } = await find(name);
      if (release.artifact === 'removed') throw artifactGone(name);
      try {
        for await (const chunk of blobs.read(release.artifactSha256)) yield { chunk };
      } catch (error) {
        if (!(error instanceof BlobMissing || error instanceof BlobCorrupt)) throw error;
        // It may have been removed while it was read.
        throw (await find(name)).release.artifact === 'removed' ? artifactGone(name) : artifactLost(name);
      }
    },
  });
}

function toRelease(record: ReleaseRecord, assistant: AssistantRecord): MessageInitShape<typeof ReleaseSchema> {
  const id = lastId(record.key);
  const active = assistant.active?.release === id ? assistant.active : undefined;
  const activateTime = active?.time ?? record.activateTime;
  const past = activateTime === undefined ? Release_State.CANDIDATE : Release_State.RETIRED;
  return {
    name: releaseName(record.assistant, id),
    state: active === undefined ? past : Release_State.ACTIVE,
    snapshotSha256: record.snapshotSha256,
    artifactSha256: record.artifactSha256,
    artifactSize: BigInt(record.artifactSize),
    exampleCount: record.exampleCount,
    passageCount: record.passageCount,
    createTime: timestampFromMs(record.createTime),
    ...(activateTime === undefined ? {} : { activateTime: timestampFromMs(activateTime) }),
  };
}
