import { type DescField, type DescMessage, type MessageShape, ScalarType } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';

/** A message as plain data that may stand in a log or a span. */
export interface Described {
  readonly [field: string]: unknown;
}

/**
 * A message as plain data, by its descriptor: what carries `debug_redact` (what people wrote, tokens, secrets) and all
 * bytes show as their length only. Fields that are not set are left out, unknown fields too.
 */
export function describe<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Described {
  return describeReflected(reflect(schema, message));
}

function describeReflected(message: ReflectMessage): Described {
  const described: Record<string, unknown> = {};
  for (const field of message.fields) {
    if (!message.isSet(field)) continue;
    described[field.localName] = isRedacted(field) ? lengthOf(message, field) : shown(message, field);
  }
  return described;
}

function isRedacted(field: DescField): boolean {
  return field.proto.options?.debugRedact ?? false;
}

function shown(message: ReflectMessage, field: DescField): unknown {
  switch (field.fieldKind) {
    case 'scalar':
      return field.scalar === ScalarType.BYTES ? lengthOf(message, field) : plain(message.get(field));
    case 'enum':
      return enumName(field.enum.value, message.get(field));
    case 'message':
      return describeReflected(message.get(field));
    case 'list':
      return [...message.get(field)].map((item) => itemOf(field, item));
    case 'map':
      return Object.fromEntries([...message.get(field)].map(([key, value]) => [String(key), itemOf(field, value)]));
  }
}

/** An element of a list or map. */
function itemOf(field: DescField & { fieldKind: 'list' | 'map' }, item: unknown): unknown {
  const kind = field.fieldKind === 'list' ? field.listKind : field.mapKind;
  if (kind === 'message') return describeReflected(item as ReflectMessage);
  if (kind === 'enum') return enumName(field.enum?.value ?? {}, item as number);
  return item instanceof Uint8Array ? `[${item.byteLength} bytes]` : plain(item);
}

function enumName(names: Readonly<Record<number, { readonly name: string }>>, value: number): string | number {
  return names[value]?.name ?? value;
}

/** JSON has no 64-bit numbers. */
function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function lengthOf(message: ReflectMessage, field: DescField): string {
  const value: unknown = message.get(field);
  if (typeof value === 'string') return `[${value.length} characters]`;
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (field.fieldKind === 'list' || field.fieldKind === 'map') return `[${message.get(field).size} items]`;
  return '[redacted]';
}
