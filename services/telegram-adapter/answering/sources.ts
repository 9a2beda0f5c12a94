import type { Citation } from '#gen/otvet/conversation/v1/turn_pb.ts';
import { Output } from '../text/output.ts';
import { isSafe, type Rendered } from '../text/render.ts';
import { MESSAGE_LIMIT, splitMarkdown } from '../text/split.ts';

/** The part of a citation that is shown. */
export type Source = Pick<Citation, 'number' | 'title' | 'source'>;

/** The sources of an answer under a heading, one line for each title with the numbers that cite it. */
export function renderSources(sources: readonly Source[], heading: string): Rendered {
  const out = new Output();
  out.tag('<b>');
  out.text(heading);
  out.tag('</b>');
  for (const [title, cited] of Map.groupBy(sources, (source) => source.title || source.source)) {
    out.text(`\n${cited.map(({ number }) => `[${number}]`).join('')} `);
    const url = cited[0]?.source ?? '';
    if (isSafe(url)) out.link(url, title.slice(0, 200));
    else out.text(title.slice(0, 200));
  }
  return { html: out.html, plain: out.plain };
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
    return [...parts.slice(0, -1), joined(last, list)];
  }
  return [
    ...parts,
    ...(list.plain.length <= limit ? [list] : splitMarkdown(list.plain.replaceAll('\n', '\n\n'), limit)),
  ];
}

/** One text under another, with an empty line between. */
export function joined(first: Rendered, second: Rendered): Rendered {
  return { html: `${first.html}\n\n${second.html}`, plain: `${first.plain}\n\n${second.plain}` };
}
