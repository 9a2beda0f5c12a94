import { expect } from 'chai';
import fc from 'fast-check';
import { CitationRewriter } from './citations.ts';

function rewrite(pieces: readonly string[], known = ['p1', 'p2', 'p3']): { text: string; cited: string[] } {
  const rewriter = new CitationRewriter(known);
  const all = [...pieces.map((piece) => rewriter.push(piece)), rewriter.end()];
  return { text: all.map(({ text }) => text).join(''), cited: all.flatMap(({ cited }) => cited) };
}

describe('citations', () => {
  it('are numbered in the order of first use', () => {
    expect(rewrite(['Open at nine [p3]. Closed on Mondays [p1][p3].'])).to.deep.equal({
      text: 'Open at nine [1]. Closed on Mondays [2][1].',
      cited: ['p3', 'p1'],
    });
  });

  it('may name several passages at once', () => {
    expect(rewrite(['Both [p1, p2].'])).to.deep.equal({ text: 'Both [1][2].', cited: ['p1', 'p2'] });
  });

  it('are dropped when they name no passage of the prompt', () => {
    expect(rewrite(['So it is [p9]. Or [p1, p9].'])).to.deep.equal({ text: 'So it is. Or [1].', cited: ['p1'] });
  });

  it('are dropped when the model made the number up', () => {
    expect(rewrite(['So it is [7].']).text).to.equal('So it is.');
  });

  it('leave code, links and other brackets alone', () => {
    const text = 'Use `a[1]` or [the page](https://example.org), [1](https://example.org) and [sic]. Array: x[p2 ] [';
    expect(rewrite(['Use `a[1]` or [the page](https://example.org) and [sic].']).text).to.equal(
      'Use `a[1]` or [the page](https://example.org) and [sic].',
    );
    expect(rewrite([text]).text).to.contain('[1](https://example.org)');
    expect(rewrite([text]).text.endsWith(' [')).to.equal(true);
  });

  it('are the same however the text is cut into pieces', () => {
    const text = 'One [p2]. Two [p1, p3] and [p9], [sic] a[1] 【p2】 [link](x) end [p1';
    const whole = rewrite([text]);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const places = [0, ...[...cuts].sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, i) => text.slice(places[i], end));
        expect(rewrite(pieces)).to.deep.equal(whole);
      }),
    );
  });

  it('never hold back more than a few dozen characters', () => {
    const rewriter = new CitationRewriter(['p1']);
    expect(rewriter.push(`[${'1, '.repeat(100)}`).text.length).to.be.greaterThan(0);
  });
});
