import { expect } from 'chai';
import { renderMarkdown } from './render.ts';

const shown = (markdown: string) => renderMarkdown(markdown);

describe('lines from right to left', () => {
  it('begin at the right also behind a name in Latin letters', () => {
    expect(shown('Velik פתוח עד תשע').plain).to.equal('\u200fVelik פתוח עד תשע');
    expect(shown('**Velik** פתוח עד תשע').html).to.equal('<b>\u200fVelik</b> פתוח עד תשע');
    expect(shown('- Velik פתוח\n- Metro\n- סגור בשבת').plain).to.equal('\u200f• Velik פתוח\n• Metro\n• סגור בשבת');
    expect(shown('> Velik مفتوح حتى التاسعة').html).to.equal('<blockquote>\u200fVelik مفتوح حتى التاسعة</blockquote>');
  });

  it('are left alone where they begin at the right, or are mostly written the other way', () => {
    for (const text of ['פתוח עד תשע ב־Velik', 'Velik is שלום in Hebrew', 'plain', '1234', 'Velik is open']) {
      expect(shown(text).plain, text).to.equal(text);
    }
  });

  it('hold no sign inside of code, which people copy', () => {
    expect(shown('`npm` להתקנה של הכול').html).to.equal('\u200f<code>npm</code> להתקנה של הכול');
    expect(shown('```\nx שלום שלום\ny שלום שלום\n```').plain).to.equal('x שלום שלום\ny שלום שלום');
  });

  it('keep the places of what comes behind', () => {
    const { html } = shown('Velik פתוח עד תשע\n\nאחר כך *סגור*\n\nVelik שוב **פתוח**');
    expect(html).to.equal('\u200fVelik פתוח עד תשע\n\nאחר כך <i>סגור</i>\n\n\u200fVelik שוב <b>פתוח</b>');
  });
});
