import type { Nodes, Root, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { readCommonBlocks } from './common-blocks.ts';
import { sectionsOf } from './sections.ts';

/**
 * CommonMark with GFM's tables, strikethrough, task lists and footnotes. Bare addresses are left alone: Telegram makes
 * links of them itself, and looking for them costs as much as all the rest.
 */
const syntax = withoutBareAddresses(gfm());
const tree = gfmFromMarkdown().filter((extension) => !('literalAutolink' in (extension.enter ?? {})));

/** More levels than anybody writes; the code that walks trees may recurse so deep. */
const DEEPEST = 100;

/**
 * The tree of a text; without positions. What models commonly write is read by code that knows no more than that, and takes a tenth of the
 * time; a section that has anything else in it, by the parser that knows all of CommonMark.
 */
export function parseMarkdown(markdown: string): Root {
  const sections = sectionsOf(markdown);
  if (sections === undefined) return parseWithAll(markdown);
  const children = sections.flatMap(
    (lines): RootContent[] => readCommonBlocks(lines) ?? parseWithAll(lines.join('\n')).children,
  );
  return { type: 'root', children };
}

/** The tree of a text. Text that nests deeper than `DEEPEST` is one paragraph that shows its source. */
export function parseWithAll(markdown: string): Root {
  const root = fromMarkdown(markdown, { extensions: [syntax], mdastExtensions: [tree] });
  if (!isDeeperThan(root, DEEPEST)) return root;
  const position = root.position;
  const shared = position === undefined ? {} : { position };
  return {
    ...root,
    children: [{ type: 'paragraph', children: [{ type: 'text', value: markdown, ...shared }], ...shared }],
  };
}

/** Level by level, for the tree may be too deep to recurse. */
function isDeeperThan(root: Root, levels: number): boolean {
  let level: readonly Nodes[] = root.children;
  for (let depth = 0; depth < levels && level.length > 0; depth++) {
    level = level.flatMap((node): readonly Nodes[] => ('children' in node ? node.children : []));
  }
  return level.length > 0;
}

/** Keeps what begins with `[`, `]` or `~` inside text; the rest of GFM's text constructs are bare addresses. */
function withoutBareAddresses(extension: ReturnType<typeof gfm>): ReturnType<typeof gfm> {
  const kept = new Set(['[', ']', '~'].map((character) => String(character.codePointAt(0))));
  const text = Object.fromEntries(Object.entries(extension.text ?? {}).filter(([code]) => kept.has(code)));
  return { ...extension, text };
}

/**
 * True where Markdown would show exactly what is written, so that nothing needs to be parsed. Numbers in brackets are
 * how answers cite, and are plain unless they are a link.
 */
export function isPlain(markdown: string): boolean {
  return !MARKS.test(markdown);
}

/**
 * Anything that may be Markdown: inline marks, brackets other than a lone [1], block marks at the start of a line, an
 * indented line, two spaces at a line's end, a carriage return or a null, and blank lines beyond one.
 */
const MARKS =
  /[\\`*_~<&|!\r\t\0]|\[(?!\d{1,3}\](?![([:]))|(?<!\[\d{1,3})\]|^[ ]*(?:[#>+=:-]|\d{1,9}[.)](?:\s|$))|^ | $|\n\n\n/m;
