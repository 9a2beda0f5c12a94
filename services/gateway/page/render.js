/** Builds elements from a Markdown tree. Only `createElement` and text nodes: nothing that came over the wire is HTML. */

const ELEMENTS = {
  strong: 'strong',
  emphasis: 'em',
  deleted: 'del',
  quote: 'blockquote',
  paragraph: 'p',
  span: 'span',
};

/** Makes an element with attributes, a text or children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'text') made.textContent = value;
    else if (typeof value === 'boolean') made.toggleAttribute(key, value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/**
 * Brings a container up to date with the blocks of a text that grows: blocks that did not change stay as they are, so
 * that a selection and the reading position live on. `cite(number, text)` gives the node for a citation.
 */
export function renderInto(container, blocks, cite) {
  const known = container.knownBlocks ?? [];
  const sources = blocks.map((block) => JSON.stringify(block));
  let same = 0;
  while (same < known.length && known[same] === sources[same]) same++;
  while (container.childNodes.length > same) container.lastChild.remove();
  container.append(...blocks.slice(same).map((block) => node(block, cite)));
  container.knownBlocks = sources;
}

/** Renders every block anew, as when citations became known. */
export function renderAfresh(container, blocks, cite) {
  container.knownBlocks = undefined;
  container.replaceChildren();
  renderInto(container, blocks, cite);
}

function node(part, cite) {
  switch (part.type) {
    case 'text':
      return document.createTextNode(part.text);
    case 'break':
      return element('br');
    case 'rule':
      return element('hr');
    case 'citation':
      return cite(part.number, part.text);
    case 'heading':
      return element(`h${Math.min(6, part.level + 2)}`, {}, ...nodes(part.children, cite));
    case 'code':
      return codeOf(part);
    case 'link':
      return element(
        'a',
        { href: part.address, target: '_blank', rel: 'noopener noreferrer nofollow' },
        ...nodes(part.children, cite),
      );
    case 'list':
      return listOf(part, cite);
    case 'table':
      return tableOf(part, cite);
    default:
      return element(ELEMENTS[part.type] ?? 'span', {}, ...nodes(part.children, cite));
  }
}

function nodes(parts, cite) {
  return parts.map((part) => node(part, cite));
}

/** A block of code knows its language, if only an empty one; a span of code does not. */
function codeOf(part) {
  const code = element('code', { text: part.text });
  return part.language === undefined ? code : element('pre', { tabindex: '0', dir: 'ltr' }, code);
}

function listOf(part, cite) {
  const items = part.items.map((blocks) => {
    const tight = blocks.length > 0 && blocks[0].type === 'paragraph' ? nodes(blocks[0].children, cite) : [];
    return element('li', {}, ...tight, ...nodes(tight.length > 0 ? blocks.slice(1) : blocks, cite));
  });
  if (!part.ordered) return element('ul', {}, ...items);
  return element('ol', part.start === 1 ? {} : { start: String(part.start) }, ...items);
}

function tableOf(part, cite) {
  const head = element('tr', {}, ...part.head.map((cell) => element('th', { scope: 'col' }, ...nodes(cell, cite))));
  const rows = part.rows.map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, ...nodes(cell, cite)))));
  const made = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
  return element('div', { class: 'wide', tabindex: '0' }, made);
}
