import { expect } from 'chai';
import { readMedia } from './media.ts';

const size = (file_id: string, width: number, height: number) => ({ file_id, width, height });

describe('media of a message', () => {
  it('takes the largest picture of at most 1280 pixels, else the smallest', () => {
    const picture = { as: 'picture', mimeType: 'image/jpeg', size: 0 };
    const photo = [size('s', 90, 50), size('l', 1000, 1280), size('m', 320, 200), size('x', 2000, 100)];
    expect(readMedia({ photo })).to.deep.equal({ ...picture, id: 'l' });
    expect(readMedia({ photo: [size('x', 3000, 1), size('l', 2000, 1)] })).to.deep.equal({ ...picture, id: 'l' });
  });

  it('tells pictures that come as files from other files', () => {
    const document = { file_id: 'd', mime_type: 'image/PNG', file_size: 5 };
    expect(readMedia({ document })).to.include({ as: 'picture', mimeType: 'image/png' });
    expect(readMedia({ document: { ...document, file_size: 4_000_000 } })).to.include({ as: 'file' });
    expect(readMedia({ document: { file_id: 'd' } })).to.deep.equal({ as: 'file', id: 'd', mimeType: '', size: 0 });
    expect(readMedia({ document, animation: {} })).to.equal(undefined);
  });

  it('passes over what is not as expected', () => {
    for (const broken of [null, {}, { voice: 5 }, { photo: [] }, { photo: [{}] }, { document: { file_id: 7 } }]) {
      expect(readMedia(broken)).to.equal(undefined);
    }
  });
});
