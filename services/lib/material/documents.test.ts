import { expect } from 'chai';
import { cutPassages } from '#lib/retrieval/passages.ts';
import { readDocument } from './documents.ts';
import type { DocumentItem } from './items.ts';

const read = (file: string, text: string, format: 'markdown' | 'text' = 'markdown') =>
  [...readDocument(file, text, format, '', () => 'xx', cutPassages)].map(({ item }) => item);
const titleOf = (file: string, text: string, format?: 'text') =>
  (read(file, text, format).at(-1) as DocumentItem).title;

describe('reading a document', () => {
  it('gives its passages, each below its heading, and then the document', () => {
    const items = read('rules.md', '# Rules\n\nOne bicycle, one person.\n\n## Age\n\nFrom 14 years.\n');
    expect(items.map(({ kind }) => kind)).to.deep.equal(['passage', 'passage', 'document']);
    expect(items[1])
      .to.include({ ordinal: 1, text: 'From 14 years.' })
      .and.have.property('locator')
      .that.contains('Age');
    expect(items[2]).to.include({ title: 'Rules', locale: 'xx', passageCount: 2 });
  });

  it('is titled by its first heading, else by its file', () => {
    expect(titleOf('a.md', 'Intro\n\n## **Prices** and `passes` ##\n\nText')).to.equal('Prices and passes');
    expect(titleOf('a.md', 'Title\n=====\n\nText')).to.equal('Title');
    expect(titleOf('a.md', '```\n# not this\n```\n\n# This\n\nText')).to.equal('This');
    expect(titleOf('docs/opening_times.txt', '# no heading here', 'text')).to.equal('opening times');
  });

  it('has a version that follows its text', () => {
    const version = (text: string) => (read('a.md', text).at(-1) as DocumentItem).version;
    expect(version('# A\r\n\r\nb')).to.equal(version('# A\n\nb'));
    expect(version('# A\n\nb')).to.not.equal(version('# A\n\nc'));
  });

  it('is not there when there is nothing to read in it', () => {
    expect(read('a.md', '<!-- nothing -->\n')).to.deep.equal([]);
  });
});
