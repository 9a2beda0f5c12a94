import type {
  BlockContent,
  Definition,
  DefinitionContent,
  List,
  ListItem,
  Nodes,
  PhrasingContent,
  Root,
  Table,
} from 'mdast';
import { escapeAttribute, type Formatted, type Rendered, render } from './formatted.ts';
import { withLineDirections } from './line-direction.ts';
import { isPlain, parseMarkdown } from './markdown.ts';
import { BLOCK, BOLD, CODE, ITALIC, linkTo, Output, QUOTE, STRUCK } from './output.ts';
import { layOutTable } from './table.ts';

/** Renders CommonMark and GFM. Whatever the input, the HTML is one that Telegram takes. */
export function renderMarkdown(markdown: string): Rendered {
  return render(formatMarkdown(markdown));
}

/** The same, not yet put into HTML. */
export function formatMarkdown(markdown: string): Formatted {
  return withLineDirections(isPlain(markdown) ? formatPlain(markdown) : formatTree(parseMarkdown(markdown)));
}

function formatPlain(text: string): Formatted {
  const out = new Output();
  for (const [index, paragraph] of text.trim().split('\n\n').entries()) {
    if (index > 0) out.gap('\n\n', 0);
    out.text(paragraph);
  }
  return out.formatted;
}

/** The same for a tree that is parsed already. */
export function formatTree(root: Root): Formatted {
  const scribe = new Scribe(root);
  scribe.blocks(root.children, '\n\n', 0);
  return scribe.out.formatted;
}

/** Writes one tree. */
class Scribe {
  out = new Output();
  readonly #root: Root;
  #references: References | undefined;
  #quoted = false;
  #bold = false;
  #linked = false;

  constructor(root: Root) {
    this.#root = root;
  }

  blocks(nodes: readonly Nodes[], gap: string, depth: number): void {
    let started = false;
    for (const node of nodes) {
      if (node.type === 'definition' && this.#isShownElsewhere(node)) continue;
      if (started) this.out.gap(gap, depth);
      started = true;
      this.#block(node, depth);
    }
  }

  #block(node: Nodes, depth: number): void {
    switch (node.type) {
      case 'heading':
        this.#inBold(() => this.#phrases(node.children));
        break;
      case 'code':
        this.#code(node.value, node.lang ?? '');
        break;
      case 'blockquote':
        this.#quote(node.children, depth);
        break;
      case 'list':
        this.#list(node, depth);
        break;
      case 'table':
        this.#table(node);
        break;
      case 'thematicBreak':
        this.out.text('———');
        break;
      case 'html':
        this.out.text(node.value);
        break;
      case 'definition':
        this.out.text(`[${node.label ?? node.identifier}]: ${node.url}${node.title ? ` "${node.title}"` : ''}`);
        break;
      case 'footnoteDefinition':
        this.out.text(`[${node.label ?? node.identifier}] `);
        this.blocks(node.children, '\n', depth + 1);
        break;
      case 'paragraph':
        this.#phrases(node.children);
        break;
      default:
        this.#phrase(node as PhrasingContent);
        break;
    }
  }

  /** A definition is shown by the links that use it, unless they cannot be links. */
  #isShownElsewhere(definition: Definition): boolean {
    return this.#refer().used.has(definition.identifier) && isSafe(definition.url);
  }

  /** Looked for when the first is met: most texts have none. */
  #refer(): References {
    this.#references ??= referencesOf(this.#root);
    return this.#references;
  }

  #code(value: string, language: string): void {
    const name = /^[\w+#.-]{1,40}/.exec(language)?.[0];
    const code = { open: `<pre><code class="language-${escapeAttribute(name ?? '')}">`, close: '</code></pre>' };
    this.out.inside(name === undefined ? BLOCK : code, () => this.out.verbatim(value));
  }

  /** Telegram takes no quotation inside another. */
  #quote(children: readonly (BlockContent | DefinitionContent)[], depth: number): void {
    if (this.#quoted) {
      this.blocks(children, '\n', depth + 1);
      return;
    }
    this.#quoted = true;
    this.out.inside(QUOTE, () => this.blocks(children, '\n\n', depth + 1));
    this.#quoted = false;
  }

  #list(list: List, depth: number): void {
    const gap = list.spread || list.children.some((item) => item.spread) ? '\n\n' : '\n';
    let number = list.start ?? 1;
    for (const [index, item] of list.children.entries()) {
      if (index > 0) this.out.gap(gap, depth + 1);
      this.#item(item, list.ordered ? `${number++}. ` : '• ', gap, depth + 2);
    }
  }

  #item(item: ListItem, mark: string, gap: string, depth: number): void {
    const box = item.checked === true ? '☑ ' : item.checked === false ? '☐ ' : '';
    this.out.text(mark + box);
    this.out.indented(mark.length, () => this.blocks(item.children, gap, depth));
  }

  #table(table: Table): void {
    const rows = table.children.map((row) =>
      row.children.map((cell) => this.#plainOf(cell.children).replaceAll('\n', ' ')),
    );
    const { header, body } = layOutTable(rows, table.align ?? []);
    this.out.inside({ ...BLOCK, header }, () => this.out.verbatim(header + body));
  }

  #plainOf(nodes: readonly PhrasingContent[]): string {
    const outer = this.out;
    this.out = new Output();
    this.#phrases(nodes);
    const { plain } = this.out.formatted;
    this.out = outer;
    return plain;
  }

  #phrases(nodes: readonly PhrasingContent[]): void {
    for (const node of nodes) this.#phrase(node);
  }

  #phrase(node: PhrasingContent): void {
    switch (node.type) {
      case 'text':
        this.out.text(node.value);
        break;
      case 'strong':
        this.#inBold(() => this.#phrases(node.children));
        break;
      case 'emphasis':
        this.out.inside(ITALIC, () => this.#phrases(node.children));
        break;
      case 'delete':
        this.out.inside(STRUCK, () => this.#phrases(node.children));
        break;
      case 'inlineCode':
        this.out.inside(CODE, () => this.out.text(node.value));
        break;
      case 'break':
        this.out.text('\n');
        break;
      case 'html':
        this.out.text(/^<br\s*\/?>$/i.test(node.value) ? '\n' : node.value);
        break;
      case 'link':
        this.#link(node.url, () => this.#phrases(node.children));
        break;
      case 'linkReference':
        this.#link(this.#refer().definitions.get(node.identifier)?.url, () => this.#phrases(node.children));
        break;
      case 'image':
        this.#link(node.url, () => this.out.text(node.alt || node.url));
        break;
      case 'imageReference':
        this.#link(this.#refer().definitions.get(node.identifier)?.url, () =>
          this.out.text(node.alt || (node.label ?? node.identifier)),
        );
        break;
      case 'footnoteReference':
        this.out.text(`[${node.label ?? node.identifier}]`);
        break;
    }
  }

  #inBold(write: () => void): void {
    if (this.#bold) {
      write();
      return;
    }
    this.#bold = true;
    this.out.inside(BOLD, write);
    this.#bold = false;
  }

  /** Addresses that people can open become links; of others the text stays. */
  #link(url: string | undefined, write: () => void): void {
    if (this.#linked || url === undefined || !isSafe(url)) {
      write();
      return;
    }
    this.#linked = true;
    this.out.inside(linkTo(url), () => {
      const { length } = this.out;
      write();
      if (this.out.length === length) this.out.text(url);
    });
    this.#linked = false;
  }
}

/** Addresses of the web, of Telegram itself and of mail; nothing that runs, nothing relative. */
export function isSafe(url: string): boolean {
  return /^(https?|tg|mailto):[^\s]+$/i.test(url);
}

/** The definitions of a text, the first of each name, and the names that its links and pictures use. */
interface References {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly used: ReadonlySet<string>;
}

function referencesOf(root: Root): References {
  const definitions = new Map<string, Definition>();
  const used = new Set<string>();
  visit(root, (node) => {
    if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node);
    if (node.type === 'linkReference' || node.type === 'imageReference') used.add(node.identifier);
  });
  return { definitions, used };
}

function visit(node: Nodes, see: (node: Nodes) => void): void {
  see(node);
  if ('children' in node) for (const child of node.children) visit(child, see);
}
