// The Bot API as data: what methods there are, what they take and give.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SMALL_SPEC } from './small-spec.ts';

/** A parameter of a method or a field of a type. */
export interface SpecField {
  readonly name: string;
  /** Any of these: Integer, Float, String, Boolean, True, the name of a type, or `Array of` one of them. */
  readonly types: readonly string[];
  readonly required: boolean;
  /** Prose; the limits stand in it ("1-64 bytes"). */
  readonly description: string;
}

/** A method of the Bot API. */
export interface SpecMethod {
  readonly name: string;
  /** Types of the result, as in {@link SpecField.types}. */
  readonly returns: readonly string[];
  readonly fields?: readonly SpecField[];
}

/** A type: either with fields or a choice of subtypes. */
export interface SpecType {
  readonly name: string;
  readonly fields?: readonly SpecField[];
  readonly subtypes?: readonly string[];
}

/** What the double is held to. */
export interface Spec {
  /** Such as `Bot API 10.1`. */
  readonly version: string;
  readonly methods: Readonly<Record<string, SpecMethod>>;
  readonly types: Readonly<Record<string, SpecType>>;
}

/**
 * The published specification when it is on this machine, else a small table of the methods that Otvet uses.
 *
 * Looks at `OTVET_SHARED_SPEC` (a file), then at `../shared/spec/telegram-bot-api.json` beside the repository.
 */
export function loadSpec(file: string | undefined = process.env.OTVET_SHARED_SPEC): Spec {
  const beside = resolve(import.meta.dirname, '../../../shared/spec/telegram-bot-api.json');
  const path = file ? resolve(file) : beside;
  if (!file && !existsSync(path)) return SMALL_SPEC;
  return JSON.parse(readFileSync(path, 'utf8')) as Spec;
}
