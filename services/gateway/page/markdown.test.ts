import { expect } from 'chai';
import fc from 'fast-check';
// The page's modules are plain JavaScript, served as they are.
import { inline, parse } from './markdown.js';

interface Node {
  type: string;
  text?: string;
  address?: string;
  level?: number;
  number?: number;
  children?: Node[];
  items?: Node[][];
  head?: Node[][];
  rows?: Node[][][];
}

/** A tree in short form: `type(children)`. */
function short(nodes: Node[]): string {
  return nodes.map(one).join(' ');
}

function one(node: Node): string {
  if (node.type === 'citation') return `cite${node.number}`;
  if (node.type === 'text') return JSON.stringify(node.text);
  if (node.text !== undefined) return `${node.type}:${JSON.stringify(node.text)}`;
  const address = node.address === undefined ? '' : `<${node.address}>`;
  const inner = node.items ?? (node.head ? [...node.head, ...(node.rows ?? []).flat()] : [node.children ?? []]);
  return `${node.type}${address}(${inner.map(short).join(' | ')})`;
}

function textOf(nodes: Node[]): string {
  const inner = ({ text = '', children = [], items = [], head = [], rows = [] }: Node): string =>
    text + textOf(children) + [...items, ...head, ...rows.flat()].map(textOf).join('');
  return nodes.map(inner).join('');
}

const line = (text: string) => short(inline(text) as Node[]);
const page = (text: string) => short(parse(text) as Node[]);

describe('the Markdown of answers', () => {
  it('reads emphasis', () => {
    expect(line('a **b *c* d** e')).to.equal('"a " strong("b " emphasis("c") " d") " e"');
    expect(line('__b__ _c_ ~~d~~')).to.equal('strong("b") " " emphasis("c") " " deleted("d")');
    expect(line('snake_case_name 2 * 3 * 4')).to.equal('"snake_case_name 2 * 3 * 4"');
    expect(line('**жирный** текст')).to.equal('strong("жирный") " текст"');
  });

  it('leaves what is not closed as text, as it arrives', () => {
    expect(line('a **b')).to.equal('"a **b"');
    expect(line('a `b')).to.equal('"a `b"');
    expect(line('a [b](http')).to.equal('"a [b](http"');
    expect(page('```js\nlet a')).to.equal('code:"let a"');
  });

  it('reads code spans and escapes', () => {
    expect(line('`a*b*` \\*c\\*')).to.equal('code:"a*b*" " *c*"');
    expect(line('`` a`b ``')).to.equal('code:"a`b"');
  });

  it('reads citations', () => {
    expect(line('So it is [1][2].')).to.equal('"So it is " cite1 cite2 "."');
    expect(line('[1](https://a.example/)')).to.equal('link<https://a.example/>("1")');
  });

  it('links to http and https only', () => {
    expect(line('[a](https://a.example/x_(y))')).to.equal('link<https://a.example/x_(y)>("a")');
    expect(line('see https://a.example/b.')).to.equal('"see " link<https://a.example/b>("https://a.example/b") "."');
    for (const bad of [
      'javascript:alert(1)',
      'JaVaScRiPt:x',
      'data:text/html,x',
      '//a.example',
      'http:',
      'vbscript:x',
    ]) {
      expect(line(`[a](${bad})`), bad).to.equal('span("a")');
    }
  });

  it('takes HTML for text', () => {
    expect(page('<img src=x onerror=alert(1)>')).to.equal('paragraph("<img src=x onerror=alert(1)>")');
  });

  it('reads blocks', () => {
    expect(page('# A\n\ntext\nmore\n\n---\n> q')).to.equal(
      'heading("A") paragraph("text" break() "more") rule() quote(paragraph("q"))',
    );
    expect(page('~~~\n# no\n~~~\nyes')).to.equal('code:"# no" paragraph("yes")');
    expect(page('| a | b |\n|---|:-:|\n| 1 | 2 |')).to.equal('table("a" | "b" | "1" | "2")');
  });

  it('reads lists, nested and loose', () => {
    expect(page('- a\n- b\n  - c\n- d')).to.equal(
      'list(paragraph("a") | paragraph("b") list(paragraph("c")) | paragraph("d"))',
    );
    expect(page('1. a\n\n   more\n\n2. b\n\nafter')).to.equal(
      'list(paragraph("a") paragraph("more") | paragraph("b")) paragraph("after")',
    );
    expect(page('text\n- a\n1. b')).to.equal('paragraph("text") list(paragraph("a")) list(paragraph("b"))');
  });

  it('loses no word and ends in time, whatever comes', () => {
    const piece = fc.constantFrom(
      '**',
      '*',
      '_',
      '`',
      '```',
      '[',
      '](',
      ')',
      '\n',
      '\n\n',
      '- ',
      '1. ',
      '> ',
      '# ',
      '|',
      '  ',
    );
    const word = fc.stringMatching(/^[a-z]{1,5}$/);
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, word), { maxLength: 60 }), (parts) => {
        const words = parts.join('').match(/(?<=^|\n| )[a-z]+(?=$|\n| )/g) ?? [];
        const shown = `${textOf(parse(parts.join('')) as Node[])}${JSON.stringify(parse(parts.join('')))}`;
        return words.every((each) => shown.includes(each));
      }),
    );
    for (const hostile of ['**a ', '[', '`', '> ', '- ', '_a*b', '[a](', '|', '\\']) parse(hostile.repeat(16_000));
  });
});
