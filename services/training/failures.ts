import type { FileFault } from '#lib/material/formats.ts';
import { RpcError, type StatusCode } from '#lib/rpc/status.ts';

/** The failures of this service's contract: see `otvet.training.v1.ErrorReason`. */
const DOMAIN = 'training.otvet';

export function assistantNotFound(name: string): RpcError {
  return failure('NOT_FOUND', 'ASSISTANT_NOT_FOUND', 'There is no such assistant.', { name });
}

export function assistantExists(name: string): RpcError {
  return failure('ALREADY_EXISTS', 'ASSISTANT_EXISTS', 'There is an assistant of this id already.', { name });
}

export function datasetNotFound(name: string): RpcError {
  return failure('NOT_FOUND', 'DATASET_NOT_FOUND', 'There is no such dataset.', { name });
}

export function importNotFound(name: string): RpcError {
  return failure('NOT_FOUND', 'IMPORT_NOT_FOUND', 'There is no such import.', { name });
}

export function releaseNotFound(name: string): RpcError {
  return failure('NOT_FOUND', 'RELEASE_NOT_FOUND', 'There is no such release.', { name });
}

export function artifactGone(name: string): RpcError {
  return failure(
    'NOT_FOUND',
    'RELEASE_NOT_FOUND',
    'The artifact of this release was removed; newer ones took its place.',
    {
      name,
    },
  );
}

export function artifactLost(name: string): RpcError {
  const message =
    'The artifact of this release is lost or damaged. Import any file, even one that was imported before: that makes a new one of all data.';
  return failure('DATA_LOSS', 'RELEASE_ARTIFACT_LOST', message, { name });
}

export function fileRefused({ reason, message, metadata }: FileFault): RpcError {
  return failure('INVALID_ARGUMENT', reason, message, metadata);
}

export function requestIdReused(): RpcError {
  const message = 'The request_id was used before with another request.';
  return new RpcError({ code: 'INVALID_ARGUMENT', reason: 'REQUEST_ID_REUSED', domain: 'otvet', message });
}

function failure(code: StatusCode, reason: string, message: string, metadata: Readonly<Record<string, string>> = {}) {
  return new RpcError({ code, reason, domain: DOMAIN, message, metadata });
}
