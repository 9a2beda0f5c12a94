import { expect } from 'chai';
import { render } from '../text/formatted.ts';
import { renderSources, splitWithSources } from './sources.ts';

const source = (number: number, title: string, name = 'assistants/a/datasets/d/documents/x') => ({
  number,
  title,
  source: name,
});

describe('the sources of an answer', () => {
  it('are listed by title, escaped, with the numbers that cite them', () => {
    const list = render(renderSources([source(1, 'A < B'), source(2, 'Rules'), source(3, 'A < B')], 'Sources'));
    expect(list.html).to.equal('<b>Sources</b>\n[1][3] A &lt; B\n[2] Rules');
    expect(list.plain).to.equal('Sources\n[1][3] A < B\n[2] Rules');
  });

  it('link to pages of the web only', () => {
    const list = render(
      renderSources([source(1, 'Page', 'https://e.org/a'), source(2, 'No', 'javascript:x')], 'Sources'),
    );
    expect(list.html).to.equal('<b>Sources</b>\n[1] <a href="https://e.org/a">Page</a>\n[2] No');
  });

  it('stand below the text where they fit, else in a message of their own', () => {
    const sources = [source(1, 'Rules')];
    const list = 'Sources\n[1] Rules';
    expect(splitWithSources('Yes [1].', sources, 'Sources').map(({ plain }) => plain)).to.deep.equal([
      `Yes [1].\n\n${list}`,
    ]);
    const long = 'a'.repeat(4090);
    expect(splitWithSources(long, sources, 'Sources').map(({ plain }) => plain)).to.deep.equal([long, list]);
    expect(splitWithSources('Yes.', [], 'Sources').map(({ plain }) => plain)).to.deep.equal(['Yes.']);
  });
});
