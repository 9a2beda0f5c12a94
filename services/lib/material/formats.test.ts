import { expect } from 'chai';
import { detectFormat } from './formats.ts';

const detect = (file: string, content: string | Uint8Array) =>
  detectFormat(file, typeof content === 'string' ? Buffer.from(content) : content);
const faultOf = (file: string, content: string | Uint8Array) => {
  const detected = detect(file, content);
  return 'fault' in detected ? detected.fault : undefined;
};

describe('telling the format of a file', () => {
  it('goes by the ending, and by the content where there is none', () => {
    expect(detect('a.csv', 'x')).to.deep.equal({ format: 'csv' });
    expect(detect('folder/A.TSV', 'x')).to.deep.equal({ format: 'csv' });
    expect(detect('a.ndjson', '{}')).to.deep.equal({ format: 'jsonl' });
    expect(detect('a.markdown', '# x')).to.deep.equal({ format: 'markdown' });
    expect(detect('a.txt', 'x')).to.deep.equal({ format: 'text' });
    expect(detect('export', '{"question":"a","answer":"b"}\n')).to.deep.equal({ format: 'jsonl' });
  });

  it('refuses a file of nothing', () => {
    for (const content of ['', ' \n\t', '\ufeff']) expect(faultOf('a.csv', content)?.reason).to.equal('FILE_EMPTY');
  });

  it('names what a renamed file looks like', () => {
    expect(faultOf('a.csv', '%PDF-1.7\n%âã')?.metadata).to.deep.equal({ detected: 'a PDF document' });
    expect(faultOf('a.csv', Buffer.from('504b030414000600', 'hex'))?.metadata?.detected).to.contain('ZIP');
    expect(faultOf('a.txt', Buffer.from('89504e470d0a1a0a', 'hex'))?.metadata?.detected).to.contain('PNG');
    expect(faultOf('a.docx', 'some text')?.message).to.contain('a .docx file').and.contain('.csv');
    expect(faultOf('a.csv', Buffer.from('hello world', 'utf16le'))?.metadata?.detected).to.contain('UTF-16');
    const noise = Uint8Array.from({ length: 300 }, (_, index) => (index * 7) % 256);
    expect(faultOf('a.csv', new Uint8Array([...noise, ...new Uint8Array(100)]))?.reason).to.equal(
      'FILE_FORMAT_UNKNOWN',
    );
  });

  it('gives the offset of the first byte that is not UTF-8', () => {
    const windows1251 = new Uint8Array([...Buffer.from('question,answer\n'), 0xcf, 0xf0, 0xe8]);
    expect(faultOf('a.csv', windows1251)).to.deep.include({
      reason: 'FILE_ENCODING_UNKNOWN',
      metadata: { offset: '16' },
    });
  });

  it('takes UTF-16 that says so', () => {
    expect(detect('a.csv', Buffer.from('\ufeffquestion,answer', 'utf16le'))).to.deep.equal({ format: 'csv' });
  });
});
