// Holding requests to the specification: names, types, presence and the limits that stand in the prose.
import { isFile, type Parameters } from './body.ts';
import type { Spec, SpecField, SpecMethod } from './spec.ts';

/** What is wrong with a request, or its parameters with numbers, flags and nested JSON read. */
export type Checked = { readonly fault: string } | { readonly parameters: Parameters };

/** Turns a value into its typed form, or says what is wrong with it. */
type Check = (value: unknown, path: string) => { readonly value: unknown } | { readonly fault: string };

/** Checks requests of every method of a specification; what it works out of the specification is kept. */
export class Validator {
  readonly #spec: Spec;
  readonly #methods = new Map<string, Map<string, { field: SpecField; check: Check }>>();
  readonly #types = new Map<string, Check>();

  constructor(spec: Spec) {
    this.#spec = spec;
  }

  /** Checks the parameters of one request. */
  check(method: SpecMethod, given: Parameters): Checked {
    const known = this.#fieldsOf(method);
    const parameters: Parameters = {};
    for (const name in given) {
      const entry = known.get(name);
      if (entry === undefined) {
        // A file that another parameter points to with attach://
        if (isFile(given[name])) continue;
        return { fault: `unknown parameter "${name}"` };
      }
      const outcome = entry.check(given[name], name);
      if ('fault' in outcome) return outcome;
      parameters[name] = outcome.value;
    }
    for (const [name, { field }] of known) {
      if (field.required && parameters[name] === undefined) return { fault: missing(name) };
    }
    return { parameters };
  }

  #fieldsOf(method: SpecMethod): Map<string, { field: SpecField; check: Check }> {
    let known = this.#methods.get(method.name);
    if (known === undefined) {
      known = new Map((method.fields ?? []).map((field) => [field.name, { field, check: this.#checkOf(field) }]));
      this.#methods.set(method.name, known);
    }
    return known;
  }

  #checkOf(field: SpecField): Check {
    const alternatives = field.types.map((type) => this.#typeCheck(type));
    const check = anyOf(alternatives);
    const limit = limitOf(field);
    if (limit === undefined) return check;
    return (value, path) => {
      const outcome = check(value, path);
      if ('fault' in outcome) return outcome;
      return limit(outcome.value) ? outcome : { fault: `${path} breaks its limit: ${field.description.slice(0, 160)}` };
    };
  }

  #typeCheck(type: string): Check {
    if (type.startsWith('Array of ')) return arrayOf(this.#typeCheck(type.slice('Array of '.length)));
    const plain = PLAIN[type];
    if (plain !== undefined) return plain;
    const known = this.#types.get(type);
    if (known !== undefined) return known;
    // Types refer to themselves: the check is looked up when it is used.
    const later: Check = (value, path) => (this.#types.get(type) as Check)(value, path);
    this.#types.set(type, later);
    this.#types.set(type, this.#objectCheck(type));
    return later;
  }

  #objectCheck(type: string): Check {
    const spec = this.#spec.types[type];
    if (spec === undefined) return (value) => ({ value: fromJson(value) });
    if (spec.subtypes !== undefined) return anyOf(spec.subtypes.map((subtype) => this.#typeCheck(subtype)));
    const fields = new Map((spec.fields ?? []).map((field) => [field.name, { field, check: this.#checkOf(field) }]));
    return (given, path) => {
      const value = fromJson(given);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return { fault: `${path} must be a ${type} as JSON` };
      }
      const entries = value as Record<string, unknown>;
      for (const name in entries) {
        const entry = fields.get(name);
        if (entry === undefined) return { fault: `${path} has an unknown field "${name}" for ${type}` };
        const outcome = entry.check(entries[name], `${path}.${name}`);
        if ('fault' in outcome) return outcome;
      }
      for (const [name, { field }] of fields) {
        if (field.required && entries[name] === undefined) return { fault: missing(`${path}.${name}`) };
      }
      return { value };
    };
  }
}

/** Telegram words the absence of some parameters in its own way. */
function missing(name: string): string {
  if (name === 'chat_id') return 'chat_id is empty';
  if (name === 'text') return 'message text is empty';
  if (name === 'message_id') return 'message identifier is not specified';
  return `parameter "${name}" is required`;
}

const PLAIN: Readonly<Record<string, Check>> = {
  Integer: (value, path) => {
    if (Number.isSafeInteger(value)) return { value };
    if (typeof value === 'string' && /^-?\d{1,16}$/.test(value)) return { value: Number(value) };
    return { fault: `${path} must be an Integer` };
  },
  Float: (value, path) => {
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    return Number.isFinite(number) ? { value: number } : { fault: `${path} must be a Float` };
  },
  String: (value, path) => (typeof value === 'string' ? { value } : { fault: `${path} must be a String` }),
  Boolean: (value, path) => {
    if (typeof value === 'boolean') return { value };
    if (value === 'true' || value === 'True' || value === '1') return { value: true };
    if (value === 'false' || value === 'False' || value === '0') return { value: false };
    return { fault: `${path} must be a Boolean` };
  },
  True: (value, path) => (value === true || value === 'true' ? { value: true } : { fault: `${path} must be True` }),
  InputFile: (value, path) => (isFile(value) ? { value } : { fault: `${path} must be an uploaded file` }),
};

function anyOf(alternatives: readonly Check[]): Check {
  const [first] = alternatives;
  if (first !== undefined && alternatives.length === 1) return first;
  return (value, path) => {
    const faults: string[] = [];
    for (const check of alternatives) {
      const outcome = check(value, path);
      if (!('fault' in outcome)) return outcome;
      faults.push(outcome.fault);
    }
    // The alternative that came furthest names the longest path.
    return { fault: faults.toSorted((a, b) => b.indexOf(' ') - a.indexOf(' '))[0] ?? `${path} fits no type` };
  };
}

function arrayOf(element: Check): Check {
  return (given, path) => {
    const value = fromJson(given);
    if (!Array.isArray(value)) return { fault: `${path} must be an Array` };
    const values: unknown[] = [];
    for (const [index, one] of value.entries()) {
      const outcome = element(one, `${path}[${index}]`);
      if ('fault' in outcome) return outcome;
      values.push(outcome.value);
    }
    return { value: values };
  };
}

/** Forms carry nested values as JSON in a string. */
function fromJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** The limit that the prose states. Texts with entities and button data have errors of their own: see the methods. */
function limitOf(field: SpecField): ((value: unknown) => boolean) | undefined {
  if (field.name === 'callback_data' || /after entit/.test(field.description)) return undefined;
  const [, low, high, unit] = /(\d+)-(\d+) (characters|bytes)/i.exec(field.description) ?? [];
  if (unit !== undefined && field.types.includes('String')) {
    const size = unit === 'bytes' ? (text: string) => Buffer.byteLength(text) : (text: string) => text.length;
    return (value) => typeof value !== 'string' || within(size(value), low, high);
  }
  const [, least, most] = /\b(?:of|include) (\d+)-(\d+) /.exec(field.description) ?? [];
  if (most !== undefined && field.types.some((type) => type.startsWith('Array of '))) {
    return (value) => !Array.isArray(value) || within(value.length, least, most);
  }
  return undefined;
}

const within = (size: number, low: string | undefined, high: string | undefined): boolean =>
  size >= Number(low) && size <= Number(high);
