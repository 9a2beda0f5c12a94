import { expect } from 'chai';
import { parseMongoUrl } from '#lib/documents/mongo/url.ts';

describe('the URL of a MongoDB', () => {
  it('names hosts, options and the beginning of the names of databases', () => {
    const parsed = parseMongoUrl('mongodb://me:s%40cret@a:1,b:2/shop?replicaSet=rs0&maxPoolSize=7');
    expect(parsed).to.include({ hosts: 'a:1,b:2', prefix: 'shop' });
    expect([...parsed.options]).to.deep.equal(['replicaset', 'maxpoolsize']);
  });

  it('goes to the driver without the path, so that users are those of admin', () => {
    expect(parseMongoUrl('mongodb://me:x@a:1/shop').url).to.equal('mongodb://me:x@a:1/');
    expect(parseMongoUrl('mongodb+srv://me:x@a.example/shop?authSource=shop').url).to.equal(
      'mongodb+srv://me:x@a.example/?authSource=shop',
    );
  });

  it('needs no path', () => {
    for (const url of ['mongodb://a:1', 'mongodb://a:1/', 'mongodb://a:1/?tls=true']) {
      expect(parseMongoUrl(url)).to.include({ hosts: 'a:1', prefix: 'otvet' });
    }
  });

  for (const [url, words] of [
    ['mongodb://', /form/],
    ['mongodb://me:sec/ret@a:1/shop', /form|path/],
    ['mongodb://me:secret@a:1/my shop', /path/],
    ['mongodb://me:secret@a:1/a/b', /path/],
    ['mongodb://me:secret@a:1/?timeoutMS=5000', /timeoutMS/],
  ] as const) {
    it(`is refused without being shown: ${words.source}`, () => {
      expect(() => parseMongoUrl(url))
        .to.throw(TypeError, words)
        .with.property('message')
        .that.does.not.match(/secret|sec\/|a:1/);
    });
  }
});
