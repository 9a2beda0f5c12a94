import { expect } from 'chai';
import { audioFileName, languageCode } from './audio-format.ts';

describe('formats of recordings', () => {
  it('names a file so that endpoints know its format', () => {
    expect(audioFileName('audio/ogg')).to.equal('speech.ogg');
    expect(audioFileName('audio/x-m4a')).to.equal('speech.m4a');
    expect(audioFileName('audio/midi')).to.equal(undefined);
  });

  it('reads languages as codes and as English names', () => {
    expect(languageCode('ru')).to.equal('ru');
    expect(languageCode('Russian')).to.equal('ru');
    expect(languageCode('english')).to.equal('en');
    expect(languageCode('no language at all')).to.equal('');
  });
});
