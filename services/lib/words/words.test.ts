import { expect } from 'chai';
import { directed, isolateForeign } from './direction.ts';
import { formatMessage, parseMessage } from './message.ts';
import { codeOf, TONGUES, tongueNamed, tongueOf } from './tongues.ts';

describe('messages', () => {
  const days = '{count, plural, =0 {none} one {# day} other {# days}} for {name}';

  it('take values, and say numbers as the language does', () => {
    const said = (count: number) => formatMessage('en', days, { count, name: 'Ann' });
    expect([0, 1, 1500].map(said)).to.deep.equal(['none for Ann', '1 day for Ann', '1,500 days for Ann']);
  });

  it('keep a value apart that is written the other way', () => {
    expect(formatMessage('en', 'for {name}!', { name: 'דנה' })).to.equal('for \u2068דנה\u2069!');
    expect(formatMessage('he', 'עבור {name}!', { name: 'Ann' })).to.equal('עבור \u2068Ann\u2069!');
    expect(isolateForeign('a\u2069b\u202e', 'rtl')).to.equal('\u2068ab\u2069');
  });

  it('that are malformed are refused', () => {
    for (const wrong of [
      '{',
      '}',
      '{a',
      '{a b}',
      '{}',
      '{n, plural, one {x}}',
      '{n, plural, other {x}',
      '{n, select, a {b}}',
    ]) {
      expect(() => parseMessage(wrong), wrong).to.throw(SyntaxError);
    }
  });
});

describe('a text from right to left', () => {
  it('begins each line at the right and keeps Latin runs readable', () => {
    expect(directed('/help עזרה\n\nשלחו /new, Bot API.', 'rtl')).to.equal(
      '\u200f\u2068/help\u2069 עזרה\n\nשלחו \u2068/new\u2069, \u2068Bot API\u2069.',
    );
  });

  it('is not touched twice, and one from left to right not at all', () => {
    const once = directed('/lang_he עברית', 'rtl');
    expect(directed(once, 'rtl')).to.equal(once);
    expect(directed('/lang_he עברית', 'ltr')).to.equal('/lang_he עברית');
  });
});

describe('tongues', () => {
  it('serve their kinds and their names of old', () => {
    const served = {
      'pt-PT': 'pt-br',
      pt: 'pt-br',
      'zh-Hant-TW': 'zh-hans',
      zh_CN: 'zh-hans',
      'de-AT': 'de',
      iw: 'he',
      in: 'id',
    };
    for (const [language, tongue] of Object.entries(served)) expect(tongueOf(language), language).to.equal(tongue);
    for (const language of ['', 'und', 'sv', 'xx-yy', 'constructor', '__proto__'])
      expect(tongueOf(language)).to.equal(undefined);
  });

  it('are told apart by two letters', () => {
    expect(new Set(TONGUES.map(codeOf)).size).to.equal(TONGUES.length);
  });

  it('are found by name', () => {
    expect(['Deutsch', 'german', 'DE', 'Русский ', 'portuguese', 'Chinese', 'עברית'].map(tongueNamed)).to.deep.equal([
      'de',
      'de',
      'de',
      'ru',
      'pt-br',
      'zh-hans',
      'he',
    ]);
    expect(tongueNamed('klingon')).to.equal(undefined);
  });
});
