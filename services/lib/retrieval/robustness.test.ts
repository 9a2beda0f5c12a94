import { crc32 } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { ArtifactInvalid } from './artifact.ts';
import { ReleaseBuilder } from './build.ts';
import { openRelease } from './search.ts';

function artifact(texts: readonly string[]): Uint8Array {
  const builder = new ReleaseBuilder({
    assistant: 'assistants/a',
    snapshotSha256: '00',
    persona: '',
    displayName: '',
    description: '',
    languages: ['en'],
  });
  for (const [i, text] of texts.entries()) {
    const kind = i % 2 === 0 ? 'passage' : 'example';
    builder.add({ source: `s${i}`, kind, title: text, text, question: text, locale: 'en', locator: '', version: '' });
  }
  return builder.finish();
}

const SOUND = artifact(['one two three', 'four five six', 'seven два три', 'eight']);

describe('an artifact that is not sound', () => {
  it('is refused with what is wrong when cut short, grown, or of another format', () => {
    const newer = SOUND.slice();
    newer[8] = 9;
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(), '0 bytes are too few'],
      [SOUND.subarray(0, SOUND.length - 1), `${SOUND.length - 1} bytes of ${SOUND.length}`],
      [Buffer.concat([SOUND, Buffer.alloc(8)]), `${SOUND.length + 8} bytes of ${SOUND.length}`],
      [Buffer.alloc(100, 'x'), 'does not begin as one'],
      [newer, 'format 9'],
    ];
    for (const [bytes, message] of cases) expect(() => openRelease(bytes)).to.throw(ArtifactInvalid, message);
  });

  it('is refused when any byte of it changed', () => {
    const byte = fc.record({ at: fc.nat(SOUND.length - 1), flip: fc.integer({ min: 1, max: 255 }) });
    fc.assert(
      fc.property(byte, ({ at, flip }) => {
        const changed = SOUND.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(() => openRelease(changed)).to.throw(ArtifactInvalid);
      }),
    );
  });

  it('never crashes the reader, even with a checksum that matches', () => {
    const bytes = fc.array(fc.record({ at: fc.nat(SOUND.length - 17), value: fc.nat(255) }), { minLength: 1 });
    fc.assert(
      fc.property(bytes, (changes) => {
        const changed = SOUND.slice();
        for (const { at, value } of changes) changed[at + 16] = value;
        sign(changed);
        try {
          openRelease(changed).search('one два eight', { limit: 3 });
        } catch (error) {
          expect(error).to.be.instanceOf(ArtifactInvalid);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never crashes the reader who skips the checksum', () => {
    fc.assert(
      fc.property(fc.nat(SOUND.length - 1), fc.nat(255), (at, value) => {
        const changed = SOUND.slice();
        changed[at] = value;
        try {
          openRelease(changed, { checksum: 'skip' }).search('one два eight', { limit: 3 });
        } catch (error) {
          expect(error).to.be.instanceOf(ArtifactInvalid);
        }
      }),
    );
  });

  it('is read wherever it lies in memory', () => {
    const shifted = new Uint8Array(SOUND.length + 3);
    shifted.set(SOUND, 3);
    expect(openRelease(shifted.subarray(3)).search('seven', { limit: 1 })[0]?.passage.source).to.equal('s2');
  });
});

describe('any question', () => {
  const index = openRelease(SOUND);

  it('of any characters is answered with hits whose figures are sound', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (question) => {
        for (const hit of index.search(question, { limit: 3 })) {
          expect(hit.score).to.be.greaterThan(0);
          expect(hit.coverage).to.be.within(0, 1);
          expect(hit.similarity).to.be.within(0, 1);
        }
      }),
    );
  });

  it('of punctuation, emoji, one letter or nothing is safe', () => {
    for (const question of ['', '?!…—', '👨‍👩‍👧🇺🇦', 'я', "'''", '---', '\ud800', '\0', '،؟', '٣', '𠮷']) {
      expect(index.search(question, { limit: 3 }), question).to.deep.equal([]);
    }
  });

  it('may repeat a word ten thousand times', () => {
    expect(index.search('seven '.repeat(10_000), { limit: 3 })[0]?.passage.source).to.equal('s2');
  });

  it('may have 16,000 characters, all of different words', () => {
    const words = Array.from({ length: 2700 }, (_, i) => (i * 7919).toString(36).replace(/\d/g, 'q'));
    expect(index.search(`seven ${words.join(' ').slice(0, 16_000)}`, { limit: 3 })[0]?.passage.source).to.equal('s2');
  });
});

describe('any text', () => {
  it('can be indexed and comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 80 }), { maxLength: 8 }), (texts) => {
        const index = openRelease(artifact(texts));
        for (const text of texts) {
          for (const hit of index.search(text, { limit: 8 })) expect(texts).to.include(hit.passage.text);
        }
      }),
    );
  });
});

/** Puts the checksum right again. */
function sign(artifact: Uint8Array): void {
  const buffer = Buffer.from(artifact.buffer, artifact.byteOffset, artifact.byteLength);
  buffer.writeUInt32LE(crc32(buffer.subarray(16)), 12);
}
