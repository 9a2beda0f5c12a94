// Texts of messages: markup read, limits held.

import { preciseNow } from '../../precise-now.ts';
import type { Parameters } from '../body.ts';
import { checkEntities, cleaned, type Entity, type FormattedText, MarkupFault, trimmed } from '../entities.ts';
import { badRequest } from '../failure.ts';
import { parseHtml } from '../html.ts';
import { parseMarkdownV2 } from '../markdown.ts';
import type { Version } from '../model.ts';
import { nested } from '../room.ts';

/** Which parameters hold a text, and what holds for it. */
export interface TextRule {
  readonly text: 'text' | 'caption';
  readonly entities: 'entities' | 'caption_entities';
  /** In UTF-16 units after entities. */
  readonly least: number;
  readonly most: number;
  /** Telegram's words for a longer one. */
  readonly tooLong: string;
}

/** Telegram shows no more and says nothing about it. */
const MOST_ENTITIES = 100;

/** A message's text as a person will read it. Throws what Telegram answers for a bad one. */
export function readText(parameters: Parameters, rule: TextRule): Version {
  const given = String(parameters[rule.text] ?? '');
  if (!given.isWellFormed()) throw badRequest('strings must be encoded in UTF-8');
  if (given === '' && rule.least > 0) throw badRequest('message text is empty');
  const parseMode = parameters.parse_mode === undefined ? undefined : String(parameters.parse_mode);
  const { text, entities } = trimmed(parsed(cleaned(given), parseMode, nested(parameters[rule.entities])));
  if (text.length < rule.least) throw badRequest('text must be non-empty');
  if (text.length > rule.most) throw badRequest(rule.tooLong);
  return { at: preciseNow(), text, entities: entities.slice(0, MOST_ENTITIES), given, parseMode };
}

function parsed(source: string, parseMode: string | undefined, entities: unknown): FormattedText {
  try {
    switch (parseMode?.toLowerCase() ?? '') {
      case '':
        return { text: source, entities: checkEntities(source, (entities ?? []) as readonly Entity[]) };
      case 'html':
        return parseHtml(source);
      case 'markdownv2':
        return parseMarkdownV2(source);
      default:
        throw badRequest('unsupported parse_mode');
    }
  } catch (fault) {
    if (fault instanceof MarkupFault) throw badRequest(`can't parse entities: ${fault.message}`);
    throw fault;
  }
}
