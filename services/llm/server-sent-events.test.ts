import { expect } from 'chai';
import fc from 'fast-check';
import { EventLines } from './server-sent-events.ts';

function read(pieces: readonly string[]): string[] {
  const lines = new EventLines();
  return [...pieces.flatMap((piece) => lines.push(piece)), ...lines.end()];
}

describe('server-sent events', () => {
  it('give their data, whatever the line ends, comments and other fields', () => {
    const stream = ': ping\r\ndata: {"a":1}\r\n\r\nevent: x\ndata:{"b":2}\n\nid: 7\nretry: 10\ndata: [DONE]\n\n';
    expect(read([stream])).to.deep.equal(['{"a":1}', '{"b":2}', '[DONE]']);
  });

  it('give a last line without a line end', () => {
    expect(read(['data: {"a":1}'])).to.deep.equal(['{"a":1}']);
  });

  it('are the same however the text is cut', () => {
    const stream = 'data: {"текст":"один"}\n\ndata: {"n":2}\r\n\r\n: c\n\ndata: [DONE]\n\n';
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const pieces = at.slice(1).map((end, i) => stream.slice(at[i], end));
        expect(read(pieces)).to.deep.equal(read([stream]));
      }),
    );
  });
});
