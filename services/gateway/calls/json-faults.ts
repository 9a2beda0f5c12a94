import { type DescField, type DescMessage, fromJson, type JsonValue, ScalarType } from '@bufbuild/protobuf';

/** What is wrong with one field of a JSON request. */
export interface Fault {
  readonly field: string;
  readonly description: string;
}

const MOST_FAULTS = 50;

/** Every field of a JSON value that a message type does not know or cannot take, by path. Quotes no values. */
export function jsonFaults(desc: DescMessage, value: JsonValue): readonly Fault[] {
  const faults: Fault[] = [];
  inMessage(desc, value, '', faults);
  return faults.slice(0, MOST_FAULTS);
}

function inMessage(desc: DescMessage, value: JsonValue, path: string, faults: Fault[]): void {
  if (desc.typeName.startsWith('google.protobuf.')) {
    whole(desc, value, path, faults);
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.push({ field: path, description: 'must be an object' });
    return;
  }
  const seen = new Set<DescField>();
  for (const [key, inner] of Object.entries(value)) {
    const field = desc.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    const at = path === '' ? key : `${path}.${key}`;
    if (field === undefined) {
      faults.push({ field: at.slice(0, 200), description: `is not a field of ${desc.typeName}` });
    } else if (seen.has(field)) {
      faults.push({ field: at, description: 'is given more than once' });
    } else {
      seen.add(field);
      inField(field, inner, at, faults);
    }
  }
}

function inField(field: DescField, value: JsonValue, path: string, faults: Fault[]): void {
  if (value === null) return;
  if (field.fieldKind === 'list') {
    if (!Array.isArray(value)) {
      faults.push({ field: path, description: 'must be a list' });
      return;
    }
    value.forEach((item, index) => void one(field, item, `${path}[${index}]`, faults));
    return;
  }
  if (field.fieldKind === 'map') {
    if (typeof value !== 'object' || Array.isArray(value)) {
      faults.push({ field: path, description: 'must be an object' });
      return;
    }
    for (const [key, item] of Object.entries(value)) one(field, item, `${path}[${JSON.stringify(key)}]`, faults);
    return;
  }
  one(field, value, path, faults);
}

function one(field: DescField, value: JsonValue, path: string, faults: Fault[]): void {
  if (field.message !== undefined) {
    inMessage(field.message, value, path, faults);
    return;
  }
  const description = field.enum === undefined ? scalarFault(field, value) : enumFault(field.enum, value);
  if (description !== undefined) faults.push({ field: path, description });
}

function enumFault(desc: NonNullable<DescField['enum']>, value: JsonValue): string | undefined {
  const known = Number.isInteger(value) || desc.values.some(({ name }) => name === value);
  return known ? undefined : `must be one of ${desc.values.map(({ name }) => name).join(', ')}`;
}

function scalarFault(field: DescField, value: JsonValue): string | undefined {
  switch (field.scalar) {
    case ScalarType.STRING:
      if (typeof value !== 'string') return 'must be text';
      return value.isWellFormed() ? undefined : 'must be text of valid Unicode';
    case ScalarType.BOOL:
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case ScalarType.BYTES:
      return typeof value === 'string' && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value)
        ? undefined
        : 'must be bytes in base64';
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return isNumber(value) ? undefined : 'must be a number';
    default:
      return isWhole(value, field.scalar) ? undefined : 'must be a whole number within its range';
  }
}

function isNumber(value: JsonValue): boolean {
  if (typeof value === 'string')
    return value.trim() !== '' && (Number.isFinite(Number(value)) || /^(NaN|-?Infinity)$/.test(value));
  return typeof value === 'number';
}

const SHORT = new Set([ScalarType.INT32, ScalarType.SINT32, ScalarType.SFIXED32]);
const UNSIGNED = new Set([ScalarType.UINT32, ScalarType.UINT64, ScalarType.FIXED32, ScalarType.FIXED64]);

function isWhole(value: JsonValue, type: ScalarType | undefined): boolean {
  if (typeof value !== 'number' && !(typeof value === 'string' && /^-?\d{1,20}$/.test(value))) return false;
  if (type === undefined || !Number.isInteger(Number(value))) return false;
  const number = BigInt(value);
  const bits = SHORT.has(type) || type === ScalarType.UINT32 || type === ScalarType.FIXED32 ? 32n : 64n;
  if (UNSIGNED.has(type)) return number >= 0n && number < 1n << bits;
  return number >= -(1n << (bits - 1n)) && number < 1n << (bits - 1n);
}

/** Well-known types such as Timestamp have a form of their own in JSON: taken or not as a whole. */
function whole(desc: DescMessage, value: JsonValue, path: string, faults: Fault[]): void {
  try {
    fromJson(desc, value);
  } catch {
    faults.push({ field: path, description: `must be a ${desc.typeName} in its JSON form` });
  }
}
