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
import { isPlain, parseMarkdown } from './markdown.ts';
import { escapeAttribute, escapeHtml, Output } from './output.ts';
import { layOutTable } from './table.ts';

/** A text as Telegram takes it. */
export interface Rendered {
  /** For `parse_mode: HTML`. */
  readonly html: string;
  /** What a person sees; its length in UTF-16 units is what Telegram's limit counts. */
  readonly plain: string;
}

/** Renders CommonMark and GFM. Whatever the input, the HTML is one that Telegram takes. */
export function renderMarkdown(markdown: string): Rendered {
  if (isPlain(markdown)) {
    const plain = markdown.trim();
    return { html: escapeHtml(plain), plain };
  }
  return renderTree(parseMarkdown(markdown));
}

/** The same for a tree that is parsed already. */
export function renderTree(root: Root): Rendered {
  const scribe = new Scribe(root);
  scribe.blocks(root.children, '\n\n');
  return { html: scribe.out.html, plain: scribe.out.plain };
}

/** Writes one tree. */
class Scribe {
  out = new Output();
  readonly #definitions = new Map<string, Definition>();
  readonly #used = new Set<string>();
  #quoted = false;
  #bold = false;
  #linked = false;

  constructor(root: Root) {
    visit(root, (node) => {
      if (node.type === 'definition' && !this.#definitions.has(node.identifier)) {
        this.#definitions.set(node.identifier, node);
      }
      if (node.type === 'linkReference' || node.type === 'imageReference') this.#used.add(node.identifier);
    });
  }

  blocks(nodes: readonly Nodes[], gap: string): void {
    let started = false;
    for (const node of nodes) {
      if (node.type === 'definition' && this.#isShownElsewhere(node)) continue;
      if (started) this.out.text(gap);
      started = true;
      this.#block(node);
    }
  }

  #block(node: Nodes): void {
    switch (node.type) {
      case 'heading':
        this.#inBold(() => this.#phrases(node.children));
        break;
      case 'code':
        this.#code(node.value, node.lang ?? '');
        break;
      case 'blockquote':
        this.#quote(node.children);
        break;
      case 'list':
        this.#list(node);
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
        this.blocks(node.children, '\n');
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
    return this.#used.has(definition.identifier) && isSafe(definition.url);
  }

  #code(value: string, language: string): void {
    const name = /^[\w+#.-]{1,40}/.exec(language)?.[0];
    this.out.tag(name === undefined ? '<pre>' : `<pre><code class="language-${escapeAttribute(name)}">`);
    this.out.verbatim(value);
    this.out.tag(name === undefined ? '</pre>' : '</code></pre>');
  }

  /** Telegram takes no quotation inside another. */
  #quote(children: readonly (BlockContent | DefinitionContent)[]): void {
    if (this.#quoted) {
      this.blocks(children, '\n');
      return;
    }
    this.#quoted = true;
    this.out.tag('<blockquote>');
    this.blocks(children, '\n\n');
    this.out.tag('</blockquote>');
    this.#quoted = false;
  }

  #list(list: List): void {
    const gap = list.spread || list.children.some((item) => item.spread) ? '\n\n' : '\n';
    let number = list.start ?? 1;
    for (const [index, item] of list.children.entries()) {
      if (index > 0) this.out.text(gap);
      this.#item(item, list.ordered ? `${number++}. ` : '• ', gap);
    }
  }

  #item(item: ListItem, mark: string, gap: string): void {
    const box = item.checked === true ? '☑ ' : item.checked === false ? '☐ ' : '';
    this.out.text(mark + box);
    const outer = this.out.indent;
    this.out.indent += ' '.repeat(mark.length);
    this.blocks(item.children, gap);
    this.out.indent = outer;
  }

  #table(table: Table): void {
    const rows = table.children.map((row) =>
      row.children.map((cell) => this.#plainOf(cell.children).replaceAll('\n', ' ')),
    );
    this.#code(layOutTable(rows, table.align ?? []), '');
  }

  #plainOf(nodes: readonly PhrasingContent[]): string {
    const outer = this.out;
    this.out = new Output();
    this.#phrases(nodes);
    const { plain } = this.out;
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
        this.#tagged('i', () => this.#phrases(node.children));
        break;
      case 'delete':
        this.#tagged('s', () => this.#phrases(node.children));
        break;
      case 'inlineCode':
        this.#tagged('code', () => this.out.text(node.value));
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
        this.#link(this.#definitions.get(node.identifier)?.url, () => this.#phrases(node.children));
        break;
      case 'image':
        this.#link(node.url, () => this.out.text(node.alt || node.url));
        break;
      case 'imageReference':
        this.#link(this.#definitions.get(node.identifier)?.url, () =>
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
    this.#tagged('b', write);
    this.#bold = false;
  }

  #tagged(name: string, write: () => void): void {
    this.out.tag(`<${name}>`);
    write();
    this.out.tag(`</${name}>`);
  }

  /** Addresses that people can open become links; of others the text stays. */
  #link(url: string | undefined, write: () => void): void {
    if (this.#linked || url === undefined || !isSafe(url)) {
      write();
      return;
    }
    this.#linked = true;
    this.out.tag(`<a href="${escapeAttribute(url)}">`);
    write();
    this.out.tag('</a>');
    this.#linked = false;
  }
}

/** Addresses of the web, of Telegram itself and of mail; nothing that runs, nothing relative. */
export function isSafe(url: string): boolean {
  return /^(https?|tg|mailto):[^\s]+$/i.test(url);
}

function visit(node: Nodes, see: (node: Nodes) => void): void {
  see(node);
  if ('children' in node) for (const child of node.children) visit(child, see);
}
