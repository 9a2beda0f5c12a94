import { ArtifactInvalid } from './artifact.ts';
import { StringTable } from './strings.ts';

/** FNV-1a over UTF-16 units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** A hash table of the terms, numbered in the order given: slots of term number + 1, 0 for an empty one. */
export function hashTerms(terms: readonly string[]): Uint32Array {
  const slots = new Uint32Array(2 ** Math.ceil(Math.log2(terms.length * 1.6 + 2)));
  const mask = slots.length - 1;
  for (let term = 0; term < terms.length; term++) {
    let slot = hashOf(terms[term] ?? '') & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = term + 1;
  }
  return slots;
}

/** Finds the number of a term without any of them as a string in memory. About half a microsecond. */
export class Dictionary {
  readonly #terms: StringTable;
  readonly #slots: Uint32Array;

  /** Throws ArtifactInvalid unless the slots hold term numbers and leave room to end a probe. */
  constructor(bytes: Uint8Array, ends: Uint32Array, slots: Uint32Array) {
    this.#terms = new StringTable(bytes, ends);
    this.#slots = slots;
    const size = slots.length;
    let used = 0;
    let sound = size > 0 && (size & (size - 1)) === 0;
    for (let i = 0; i < size; i++) {
      const slot = slots[i] ?? 0;
      if (slot !== 0) used++;
      sound &&= slot <= ends.length;
    }
    if (!sound || used !== ends.length || used >= size) {
      throw new ArtifactInvalid('not a readable release artifact: the dictionary is malformed');
    }
  }

  get size(): number {
    return this.#terms.length;
  }

  /** The number of a term, or undefined when no passage has it. */
  find(term: string): number | undefined {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(term) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0) return undefined;
      if (this.#terms.get(found - 1) === term) return found - 1;
    }
  }
}
