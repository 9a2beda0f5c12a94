// Methods that the double does not know closer: a value of the type that the specification promises.
import { preciseNow } from '../../precise-now.ts';
import type { Handler } from '../room.ts';
import type { Spec, SpecMethod } from '../spec.ts';
import { send } from './messages.ts';

/** A handler for any method of the specification. What sends a message leaves one in the chat, with its caption. */
export function plausible(spec: Spec, method: SpecMethod): Handler {
  const returns = method.returns[0] ?? 'Boolean';
  return (parameters, room) => {
    if (returns !== 'Message' || parameters.chat_id === undefined) return valueFor(spec, returns, 0);
    const text = typeof parameters.caption === 'string' ? parameters.caption : `[${method.name}]`;
    return send(parameters, room, { at: preciseNow(), text, entities: [], given: text, parseMode: undefined });
  };
}

/** A value of a type: required fields only, so deep nesting ends by itself. */
function valueFor(spec: Spec, type: string, depth: number): unknown {
  if (type.startsWith('Array of ')) return [];
  if (type === 'Boolean' || type === 'True') return true;
  if (type === 'Integer' || type === 'Float') return 1;
  if (type === 'String') return 'text';
  const known = spec.types[type];
  if (known === undefined || depth > 6) return {};
  const [subtype] = known.subtypes ?? [];
  if (subtype !== undefined) return valueFor(spec, subtype, depth + 1);
  const required = (known.fields ?? []).filter((field) => field.required);
  return Object.fromEntries(required.map(({ name, types }) => [name, valueFor(spec, types[0] ?? 'String', depth + 1)]));
}
