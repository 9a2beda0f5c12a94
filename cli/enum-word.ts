import type { DescEnum } from '@bufbuild/protobuf';

/** A value of an enum as one lower-case word, such as `answered` of OUTCOME_ANSWERED. */
export function enumWord(schema: DescEnum, value: number): string {
  return (schema.value[value]?.localName ?? String(value)).toLowerCase();
}
