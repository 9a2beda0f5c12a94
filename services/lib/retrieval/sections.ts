import { crc32 } from 'node:zlib';
import { ArtifactInvalid, ArtifactTooLarge } from './artifact.ts';

/**
 * The container: 24 bytes of preamble, a JSON description, then sections of plain little-endian numbers, each aligned
 * to 8 bytes so that it can be viewed in place.
 *
 *     0  magic 'OTVETRLS'     8  format version, u32     12  CRC-32 of all bytes from 16 on, u32
 *     16 length of all, u32   20 length of the JSON, u32  24 JSON, spaces up to a multiple of 8, sections
 */
const MAGIC = 'OTVETRLS';
const PREAMBLE = 24;
const ALIGNMENT = 8;

/** Raised whenever the layout or the tokens change: an older reader must not guess. */
export const FORMAT_VERSION = 1;

/** What a section may hold. */
export type Numbers = Uint8Array | Uint16Array | Uint32Array;
type ElementType = 'u8' | 'u16' | 'u32';

interface SectionEntry {
  readonly name: string;
  readonly type: ElementType;
  /** Bytes from the first section. */
  readonly offset: number;
  /** Elements. */
  readonly length: number;
}

const WIDTHS: Readonly<Record<ElementType, number>> = { u8: 1, u16: 2, u32: 4 };

function typeOf(numbers: Numbers): ElementType {
  if (numbers instanceof Uint32Array) return 'u32';
  return numbers instanceof Uint16Array ? 'u16' : 'u8';
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

/** Writes the container. Throws ArtifactTooLarge beyond 4 GiB. */
export function writeSections(description: object, sections: ReadonlyMap<string, Numbers>): Uint8Array {
  const entries: SectionEntry[] = [];
  let size = 0;
  for (const [name, numbers] of sections) {
    entries.push({ name, type: typeOf(numbers), offset: size, length: numbers.length });
    size += aligned(numbers.byteLength);
  }
  const json = Buffer.from(JSON.stringify({ description, sections: entries }));
  const start = aligned(PREAMBLE + json.length);
  const total = start + size;
  if (total > 0xffff_ffff) throw new ArtifactTooLarge(`the artifact would take ${total} bytes; 4 GiB is the most`);
  const artifact = Buffer.alloc(total, 0);
  artifact.write(MAGIC, 0, 'latin1');
  artifact.writeUInt32LE(FORMAT_VERSION, 8);
  artifact.writeUInt32LE(total, 16);
  artifact.writeUInt32LE(start - PREAMBLE, 20);
  artifact.fill(' ', PREAMBLE, start);
  artifact.set(json, PREAMBLE);
  for (const [index, numbers] of [...sections.values()].entries()) {
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    artifact.set(bytes, start + (entries[index]?.offset ?? 0));
  }
  artifact.writeUInt32LE(crc32(artifact.subarray(16)), 12);
  return new Uint8Array(artifact.buffer, artifact.byteOffset, artifact.byteLength);
}

/** A container that was opened. Sections are views of its bytes. */
export interface Sections {
  readonly description: unknown;
  u8(name: string): Uint8Array;
  u16(name: string): Uint16Array;
  u32(name: string): Uint32Array;
}

function invalid(what: string): never {
  throw new ArtifactInvalid(`not a readable release artifact: ${what}`);
}

function isEntry(value: unknown): value is SectionEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Partial<Record<keyof SectionEntry, unknown>>;
  const sound = (number: unknown): boolean => Number.isSafeInteger(number) && (number as number) >= 0;
  return typeof entry.name === 'string' && String(entry.type) in WIDTHS && sound(entry.offset) && sound(entry.length);
}

/**
 * Opens a container in place (misaligned bytes are copied once). Throws ArtifactInvalid saying what is wrong.
 * The checksum takes about 0.3 milliseconds for each MB.
 */
export function readSections(given: Uint8Array, checksum: 'check' | 'skip'): Sections {
  const bytes = given.byteOffset % ALIGNMENT === 0 ? given : new Uint8Array(given);
  const artifact = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (artifact.length < PREAMBLE) invalid(`${artifact.length} bytes are too few`);
  if (artifact.toString('latin1', 0, 8) !== MAGIC) invalid('it does not begin as one');
  const version = artifact.readUInt32LE(8);
  if (version !== FORMAT_VERSION) invalid(`format ${version}, this program reads format ${FORMAT_VERSION}`);
  const total = artifact.readUInt32LE(16);
  if (total !== artifact.length) invalid(`${artifact.length} bytes of ${total}`);
  if (checksum === 'check' && crc32(artifact.subarray(16)) !== artifact.readUInt32LE(12))
    invalid('the checksum does not match');
  const start = PREAMBLE + artifact.readUInt32LE(20);
  if (start > total || start % ALIGNMENT !== 0) invalid('the description is longer than the artifact');

  const { description, sections } = parse(artifact.toString('utf8', PREAMBLE, start));
  const entries = new Map<string, SectionEntry>();
  for (const entry of sections) {
    if (!isEntry(entry)) invalid('a section entry is malformed');
    if (start + entry.offset + entry.length * WIDTHS[entry.type] > total || entry.offset % ALIGNMENT !== 0) {
      invalid(`section ${entry.name} lies outside of it`);
    }
    entries.set(entry.name, entry);
  }
  const locate = (name: string, type: ElementType): [ArrayBuffer, number, number] => {
    const entry = entries.get(name);
    if (entry?.type !== type) return invalid(`section ${name} is missing`);
    return [bytes.buffer as ArrayBuffer, bytes.byteOffset + start + entry.offset, entry.length];
  };
  return {
    description,
    u8: (name) => new Uint8Array(...locate(name, 'u8')),
    u16: (name) => new Uint16Array(...locate(name, 'u16')),
    u32: (name) => new Uint32Array(...locate(name, 'u32')),
  };
}

function parse(json: string): { description: unknown; sections: readonly unknown[] } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return invalid('the description is not JSON');
  }
  const { description, sections } = (value ?? {}) as { description?: unknown; sections?: unknown };
  if (!Array.isArray(sections)) return invalid('there is no section table');
  return { description, sections };
}
