/**
 * CommonMark as language models write it, to a tree of plain objects: `{type, children | text, ...}`. Nothing becomes
 * HTML here; `render.js` builds elements from the tree. Whatever is not understood stays text, and no text is lost.
 */

/** The blocks of a text. May be called with an unfinished text while it arrives. */
export function parse(markdown) {
  return blocks(markdown.replace(/\r\n?/g, '\n').split('\n'), 0);
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(?:\s+(.*))?$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const DIVIDER = /^ *\|?( *:?-+:? *\|)+( *:?-+:? *)?$/;
const MAX_DEPTH = 8;

function blocks(lines, depth) {
  const found = [];
  let at = 0;
  while (at < lines.length) {
    const [block, next] = depth < MAX_DEPTH ? block1(lines, at, depth) : paragraph(lines, at);
    if (block !== undefined) found.push(block);
    at = next;
  }
  return found;
}

/** The block that begins at a line, and the line after it. */
function block1(lines, at, depth) {
  const line = lines[at];
  if (line.trim() === '') return [undefined, at + 1];
  const fence = FENCE.exec(line);
  if (fence) return fenced(lines, at, fence);
  const heading = HEADING.exec(line);
  if (heading) {
    const block = { type: 'heading', level: heading[1].length, children: inline(heading[2] ?? '') };
    return [block, at + 1];
  }
  if (RULE.test(line)) return [{ type: 'rule' }, at + 1];
  if (QUOTE.test(line)) return quote(lines, at, depth);
  if (ITEM.test(line)) return list(lines, at, depth);
  if (line.includes('|') && DIVIDER.test(lines[at + 1] ?? '')) return table(lines, at);
  return paragraph(lines, at);
}

function fenced(lines, at, [, mark, language]) {
  const code = [];
  let next = at + 1;
  while (next < lines.length && !closes(lines[next], mark)) code.push(lines[next++]);
  return [{ type: 'code', language, text: code.join('\n') }, next + 1];
}

function closes(line, mark) {
  const text = line.trim();
  return text.length >= mark.length && text === mark[0].repeat(text.length);
}

function quote(lines, at, depth) {
  const inner = [];
  let next = at;
  for (; next < lines.length; next++) {
    const match = QUOTE.exec(lines[next]);
    if (!match) break;
    inner.push(match[1]);
  }
  return [{ type: 'quote', children: blocks(inner, depth + 1) }, next];
}

function list(lines, at, depth) {
  const first = ITEM.exec(lines[at]);
  const ordered = /\d/.test(first[2]);
  const indent = first[1].length;
  const items = [];
  let next = at;
  while (next < lines.length) {
    const match = ITEM.exec(lines[next]);
    if (!match || match[1].length > indent + 3 || match[1].length < indent || /\d/.test(match[2]) !== ordered) break;
    if (RULE.test(lines[next])) break;
    const inner = [match[3] ?? ''];
    next++;
    const inset = indent + match[2].length + 1;
    while (next < lines.length && belongs(lines, next, indent)) inner.push(outdent(lines[next++], inset));
    items.push(blocks(inner, depth + 1));
    while (next < lines.length && lines[next].trim() === '' && ITEM.test(lines[next + 1] ?? '')) next++;
  }
  return [{ type: 'list', ordered, start: ordered ? Number.parseInt(first[2], 10) : 1, items }, next];
}

/** True when a line goes on with an item whose marker stands at `indent`. */
function belongs(lines, at, indent) {
  const line = lines[at];
  if (line.trim() === '') return /^ {2,}\S/.test(lines[at + 1] ?? '') && leading(lines[at + 1]) > indent;
  const item = ITEM.exec(line);
  if (item) return item[1].length > indent + 1;
  if (leading(line) > indent) return true;
  return lines[at - 1].trim() !== '' && !startsBlock(line);
}

function startsBlock(line) {
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || ITEM.test(line);
}

function leading(line) {
  return line.length - line.trimStart().length;
}

function outdent(line, by) {
  return line.slice(Math.min(by, leading(line)));
}

function table(lines, at) {
  const head = cells(lines[at]);
  const rows = [];
  let next = at + 2;
  while (next < lines.length && lines[next].includes('|') && lines[next].trim() !== '') rows.push(cells(lines[next++]));
  const fitted = rows.map((row) => head.map((_, column) => row[column] ?? []));
  return [{ type: 'table', head, rows: fitted }, next];
}

function cells(line) {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => inline(cell.trim().replaceAll('\\|', '|')));
}

function paragraph(lines, at) {
  const text = [lines[at].trimStart()];
  let next = at + 1;
  while (next < lines.length && lines[next].trim() !== '' && !startsBlock(lines[next]))
    text.push(lines[next++].trimStart());
  return [{ type: 'paragraph', children: inline(text.join('\n')) }, next];
}

const MARKS = [
  ['**', 'strong'],
  ['__', 'strong'],
  ['~~', 'deleted'],
  ['*', 'emphasis'],
  ['_', 'emphasis'],
];
const ESCAPABLE = /[!-/:-@[-`{-~]/;
const LINK = /^\[([^[\]\n]{1,500})\]\((<[^<>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+["'][^"'\n]*["'])?\)/;
const CITATION = /^\[(\d{1,3})\]/;
const BARE_LINK = /^<?(https?:\/\/[^\s<>]+[^\s<>.,:;!?)\]}"'»])>?/;

/** The parts of a line of text: `text`, `break`, `code`, `strong`, `emphasis`, `deleted`, `link`, `citation`. */
export function inline(text, depth = 0) {
  const parts = [];
  const unclosed = new Set();
  let plain = '';
  let at = 0;
  const push = (part, length) => {
    if (plain !== '') parts.push({ type: 'text', text: plain });
    plain = '';
    parts.push(part);
    at += length;
  };
  while (at < text.length) {
    const character = text[at];
    if (character === '\\' && at + 1 < text.length && ESCAPABLE.test(text[at + 1])) {
      plain += text[at + 1];
      at += 2;
    } else if (character === '\n') {
      plain = plain.replace(/ +$/, '');
      push({ type: 'break' }, 1);
    } else {
      const [part, length] = special(text, at, depth, unclosed);
      if (part !== undefined) push(part, length);
      else {
        plain += text.slice(at, at + length);
        at += length;
      }
    }
  }
  if (plain !== '') parts.push({ type: 'text', text: plain });
  return parts;
}

/** The part that begins at a character and its length; no part where the character is but text. */
function special(text, at, depth, unclosed) {
  const character = text[at];
  if (character === '`') return codeSpan(text, at, unclosed);
  if (character === '[') {
    const rest = text.slice(at, at + 2_600);
    const link = LINK.exec(rest);
    if (link) return [linkTo(link[2].replace(/^<|>$/g, ''), inline(link[1], depth + 1)), link[0].length];
    const citation = CITATION.exec(rest);
    if (citation) return [{ type: 'citation', number: Number(citation[1]), text: citation[0] }, citation[0].length];
  }
  if ((character === 'h' && !/\w/.test(text[at - 1] ?? '')) || character === '<') {
    const bare = BARE_LINK.exec(text.slice(at, at + 2_048));
    if (bare) return [linkTo(bare[1], [{ type: 'text', text: bare[1] }]), bare[0].length];
  }
  return depth < MAX_DEPTH ? marked(text, at, depth, unclosed) : [undefined, 1];
}

function codeSpan(text, at, unclosed) {
  const ticks = /^`+/.exec(text.slice(at, at + 100))[0];
  const end = unclosed.has(ticks) ? -1 : closing(text, ticks, at + ticks.length);
  if (end < 0) {
    unclosed.add(ticks);
    return [undefined, ticks.length];
  }
  const code = text.slice(at + ticks.length, end).replaceAll('\n', ' ');
  return [{ type: 'code', text: code.replace(/^ (.*[^ ].*) $/, '$1') }, end + ticks.length - at];
}

/** Where a run of exactly these ticks stands. */
function closing(text, ticks, from) {
  for (let end = text.indexOf(ticks, from); end >= 0; end = text.indexOf(ticks, end)) {
    let length = 0;
    while (text[end + length] === '`') length++;
    if (length === ticks.length) return end;
    end += length;
  }
  return -1;
}

function marked(text, at, depth, unclosed) {
  for (const [mark, type] of MARKS) {
    if (!text.startsWith(mark, at)) continue;
    const from = at + mark.length;
    const opens = /\S/.test(text[from] ?? ' ') && !(mark[0] === '_' && /[\p{L}\p{N}]/u.test(text[at - 1] ?? ''));
    const end = opens && !unclosed.has(mark) ? endOf(text, mark, from) : -1;
    if (end > from) {
      return [{ type, children: inline(text.slice(from, end), depth + 1) }, end + mark.length - at];
    }
    if (opens) unclosed.add(mark);
    return [undefined, mark.length];
  }
  return [undefined, 1];
}

/** Where the mark closes: after a character that is no space; `_` not inside a word; `*` not as half of `**`. */
function endOf(text, mark, from) {
  for (let end = text.indexOf(mark, from + 1); end >= 0; end = text.indexOf(mark, end + 1)) {
    const before = text[end - 1];
    const after = text[end + mark.length] ?? ' ';
    if (/\s/.test(before) || before === '\\') continue;
    if (mark.length === 1 && (after === mark || before === mark)) {
      if (after === mark) end++;
      continue;
    }
    if (mark[0] === '_' && /[\p{L}\p{N}]/u.test(after)) continue;
    return end;
  }
  return -1;
}

/** A link, when it leads to http or https; otherwise only its text. */
function linkTo(address, children) {
  const safe = /^https?:\/\/[^\s]+$/i.test(address) && URL.canParse(address);
  return safe ? { type: 'link', address: new URL(address).href, children } : { type: 'span', children };
}
