// Texts as Telegram keeps them: plain text and entities that point into it in UTF-16 units.
import { badRequest } from './failure.ts';

/** A stretch of formatted text. */
export interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly custom_emoji_id?: string;
}

/** A text with its formatting. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly Entity[];
}

/** A fault in marked-up text; `at` counts UTF-16 units from its beginning. */
export class MarkupFault extends Error {
  constructor(message: string, source: string, at?: number, rest = '') {
    super(at === undefined ? message : `${message} at byte offset ${Buffer.byteLength(source.slice(0, at))}${rest}`);
  }
}

const KINDS = new Set([
  'mention',
  'hashtag',
  'cashtag',
  'bot_command',
  'url',
  'email',
  'phone_number',
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'blockquote',
  'expandable_blockquote',
  'code',
  'pre',
  'text_link',
  'text_mention',
  'custom_emoji',
  'date_time',
]);

/** Checks entities that a bot worked out itself. Throws {@link badRequest}. */
export function checkEntities(text: string, entities: readonly Entity[]): readonly Entity[] {
  for (const { type, offset, length } of entities) {
    if (!KINDS.has(type)) throw badRequest("can't parse MessageEntity: Unsupported type specified");
    if (offset < 0 || length < 0) throw badRequest(`ENTITY_BOUNDS_INVALID`);
    if (offset + length > text.length) {
      throw badRequest(`entity ends beyond the end of the text (offset ${offset}, length ${length})`);
    }
    if (splitsPair(text, offset) || splitsPair(text, offset + length)) {
      throw badRequest(`entity begins or ends in a middle of a UTF-16 symbol at offset ${offset}`);
    }
  }
  return entities.filter((entity) => entity.length > 0);
}

/** Cuts what Telegram cuts: blank lines at the beginning, white space at the end, and the entities' ends with it. */
export function trimmed({ text, entities }: FormattedText): FormattedText {
  const start = /^(?:[ \t]*\n)*/.exec(text)?.[0].length ?? 0;
  const end = Math.max(text.trimEnd().length, start);
  if (start === 0 && end === text.length) return { text, entities };
  const kept: Entity[] = [];
  for (const entity of entities) {
    const from = Math.max(entity.offset, start);
    const to = Math.min(entity.offset + entity.length, end);
    if (to > from) kept.push({ ...entity, offset: from - start, length: to - from });
  }
  return { text: text.slice(start, end), entities: kept };
}

/** Characters that Telegram drops or replaces, the bidirectional overrides among them. */
export function cleaned(text: string): string {
  return DIRTY.test(text) ? text.replaceAll('\r', '').replace(CONTROL, ' ').replace(OVERRIDES, '') : text;
}

const controls = String.raw`[\u0000-\u0009\u000b-\u001f]`;
const overrides = String.raw`[\u2028-\u202e]`;
const CONTROL = new RegExp(controls, 'g');
const OVERRIDES = new RegExp(overrides, 'g');
const DIRTY = new RegExp(`${controls}|${overrides}`);

function splitsPair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before < 0xdc00 && after >= 0xdc00 && after < 0xe000;
}
