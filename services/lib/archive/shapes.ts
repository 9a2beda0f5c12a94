import type { BlobLine, CollectionLine, Header } from '#lib/archive/format.ts';
import type { StoredDocument } from '#lib/documents/archive.ts';
import { tableSchema } from '#lib/documents/sqlite/schema.ts';

/** Whether lines of an archive have the form that they must have: a file may be made by anybody. */

type Fields = Readonly<Record<string, unknown>>;

const SERVICE = /^[a-z][a-z-]{0,62}$/;
const SHA256 = /^[0-9a-f]{64}$/;

export function isHeader(value: Fields): value is Fields & Header {
  const { otvet, version, services } = value;
  return otvet === 'archive' && isCount(version) && Array.isArray(services) && services.every(isService);
}

export function isCollectionLine(value: Fields): value is Fields & CollectionLine {
  const { collection, service, spec } = value;
  return isServiceName(service) && isFields(spec) && spec.name === collection && isSpec(spec);
}

export function isBlobLine(value: Fields): value is Fields & BlobLine {
  const { blob, service, bytes } = value;
  return isServiceName(service) && typeof blob === 'string' && SHA256.test(blob) && isCount(bytes);
}

/** A document's line but for the document itself, which has rules of its own. */
export function isDocumentLine(value: Fields): value is Fields & StoredDocument {
  const { document, outbox, deleted } = value;
  const tells = outbox === undefined || (Array.isArray(outbox) && outbox.length > 0 && outbox.every(isEntry));
  return isFields(document) && typeof document.key === 'string' && tells && (deleted === undefined || deleted === true);
}

function isService(value: unknown): boolean {
  return isFields(value) && isServiceName(value.service) && isCount(value.documents) && isCount(value.blobs);
}

function isEntry(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { id, type, subject, time, data, traceparent, ...more } = value;
  const texts = [id, type, subject, data, traceparent ?? ''];
  return texts.every((text) => typeof text === 'string') && Number.isFinite(time) && Object.keys(more).length === 0;
}

/** The rules for declarations are the port's; each adapter has them, and this one needs no database for it. */
function isSpec(spec: Fields): boolean {
  try {
    tableSchema(spec as unknown as CollectionLine['spec']);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function isServiceName(value: unknown): boolean {
  return typeof value === 'string' && SERVICE.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
