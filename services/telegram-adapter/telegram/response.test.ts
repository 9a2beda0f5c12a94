import { expect } from 'chai';
import fc from 'fast-check';
import { AnswerReader, BrokenAnswer, type HttpAnswer } from './response.ts';

const JSON_TEXT = '{"ok":true,"result":"Ответ 👍"}';
const LENGTH = Buffer.byteLength(JSON_TEXT);
const PLAIN = `HTTP/1.1 200 OK\r\nContent-Length: ${LENGTH}\r\nKeep-Alive: timeout=5\r\n\r\n${JSON_TEXT}`;
const CHUNKED =
  `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 429 Too Many Requests\r\ntransfer-encoding: chunked\r\n\r\n` +
  `5\r\n{"ok"\r\n${(LENGTH - 5).toString(16)};x=y\r\n${JSON_TEXT.slice(5)}\r\n0\r\nTrailer: x\r\n\r\n`;

/** Reads an answer that comes in pieces cut at these places. */
function read(answer: string, cuts: readonly number[] = []): (Omit<HttpAnswer, 'body'> & { text: string }) | undefined {
  const reader = new AnswerReader();
  const bytes = Buffer.from(answer);
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  let whole: HttpAnswer | undefined;
  for (let index = 1; index < places.length; index++) {
    if (whole === undefined) whole = reader.push(bytes.subarray(places[index - 1], places[index]));
  }
  whole ??= reader.end();
  return whole && { status: whole.status, text: whole.body.toString('utf8'), keepMs: whole.keepMs };
}

describe('reading an HTTP answer', () => {
  it('knows its end by its length or its chunks, in whatever pieces it comes', () => {
    const cuts = (text: string) => fc.array(fc.nat(Buffer.byteLength(text)), { maxLength: 8 });
    fc.assert(
      fc.property(cuts(PLAIN), cuts(CHUNKED), (plainCuts, chunkedCuts) => {
        expect(read(PLAIN, plainCuts)).to.deep.equal({ status: 200, text: JSON_TEXT, keepMs: 4000 });
        expect(read(CHUNKED, chunkedCuts)).to.deep.equal({ status: 429, text: JSON_TEXT, keepMs: 15_000 });
      }),
    );
  });

  it('ends with the connection where nothing else says so', () => {
    expect(read(`HTTP/1.0 502 Bad Gateway\r\n\r\n<html>`)).to.deep.equal({ status: 502, text: '<html>', keepMs: 0 });
  });

  it('does not keep a connection that is to end, or that says too much', () => {
    expect(read('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}')?.keepMs).to.equal(0);
    expect(read('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{}')).to.deep.include({ text: '{}', keepMs: 0 });
  });

  it('is undefined when it is cut', () => {
    expect(read(PLAIN.slice(0, -3))).to.equal(undefined);
    expect(read(CHUNKED.slice(0, -3))).to.equal(undefined);
  });

  it('refuses what is no HTTP', () => {
    const broken = [
      'SSH-2.0-OpenSSH\r\n\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n',
      'x'.repeat(70_000),
    ];
    for (const answer of broken) expect(() => read(answer), answer.slice(0, 40)).to.throw(BrokenAnswer);
  });
});
