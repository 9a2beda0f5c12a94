// Values of the types that the Bot API has, made from its specification.
import type { Spec, SpecField } from './spec.ts';

/** A value of a type; `depth` levels of objects have all their optional fields, those below have the required ones. */
export function sampleOf(spec: Spec, type: string, depth: number, nesting = 0): unknown {
  if (type.startsWith('Array of ')) {
    return nesting > 6 ? [] : [sampleOf(spec, type.slice('Array of '.length), depth, nesting + 1)];
  }
  if (type === 'Boolean' || type === 'True') return true;
  if (type === 'Integer' || type === 'Float') return 1;
  if (type === 'String') return 'text';
  const known = spec.types[type];
  if (known === undefined || nesting > 8) return {};
  const [subtype] = known.subtypes ?? [];
  if (subtype !== undefined) return sampleOf(spec, subtype, depth, nesting + 1);
  const fields = (known.fields ?? []).filter(({ required }) => required || depth > 0);
  const entries = fields.map(({ name, types }) => [name, sampleOf(spec, types[0] ?? '', depth - 1, nesting + 1)]);
  return Object.fromEntries(entries);
}

/** The fields of a type that may be absent. */
export function optionalsOf(spec: Spec, type: string): readonly SpecField[] {
  return (spec.types[type]?.fields ?? []).filter(({ required }) => !required);
}
