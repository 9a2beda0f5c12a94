import type { Citation } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { type Formatted, type Rendered, render } from '../text/formatted.ts';
import { graphemeBoundary } from '../text/graphemes.ts';
import { BOLD, linkTo, Output } from '../text/output.ts';
import { isSafe } from '../text/render.ts';
import { MESSAGE_LIMIT, splitFormatted, splitMarkdown } from '../text/split.ts';

/** The part of a citation that is shown. */
export type Source = Pick<Citation, 'number' | 'title' | 'source'>;

/** In UTF-16 units. */
const LONGEST_TITLE = 200;

/** The sources of an answer under a heading, one line for each title with the numbers that cite it. */
export function renderSources(sources: readonly Source[], heading: string): Formatted {
  const out = new Output();
  out.inside(BOLD, () => out.text(heading));
  for (const [title, cited] of Map.groupBy(sources, (source) => source.title || source.source)) {
    out.text(`\n${cited.map(({ number }) => `[${number}]`).join('')} `);
    const url = cited[0]?.source ?? '';
    const name = title.slice(0, graphemeBoundary(title, LONGEST_TITLE));
    if (isSafe(url)) out.inside(linkTo(url), () => out.text(name));
    else out.text(name);
  }
  return out.formatted;
}

/** The messages of a text, its sources at the end: in the last message where they fit, else in messages of their own. */
export function splitWithSources(
  markdown: string,
  sources: readonly Source[],
  heading: string,
  limit: number = MESSAGE_LIMIT,
): readonly Rendered[] {
  const parts = splitMarkdown(markdown, limit);
  if (sources.length === 0) return parts;
  const list = renderSources(sources, heading);
  const last = parts.at(-1);
  if (last !== undefined && last.plain.length + 2 + list.plain.length <= limit) {
    return [...parts.slice(0, -1), joined(last, render(list))];
  }
  return [...parts, ...splitFormatted(list, limit)];
}

/** One text under another, with an empty line between. */
export function joined(first: Rendered, second: Rendered): Rendered {
  return { html: `${first.html}\n\n${second.html}`, plain: `${first.plain}\n\n${second.plain}` };
}
