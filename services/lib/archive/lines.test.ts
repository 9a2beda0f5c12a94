import { expect } from 'chai';
import fc from 'fast-check';
import { ArchiveError } from '#lib/archive/format.ts';
import { linesOf } from '#lib/archive/lines.ts';

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('lines of an archive', () => {
  it('end at line feeds only, wherever the bytes are cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'ё', '😀', '\r', '\u2028', '\u0085', '\ufeff', '') });
    await fc.assert(
      fc.asyncProperty(fc.array(text), fc.integer({ min: 1, max: 7 }), async (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        expect(await Array.fromAsync(linesOf(cut(bytes, size)))).to.deep.equal(lines);
      }),
    );
  });

  it('are refused without their end, and where they are not UTF-8', async () => {
    for (const bytes of [Buffer.from('a\nb'), Buffer.from([0x61, 0xff, 0x0a])]) {
      const error: unknown = await Array.fromAsync(linesOf(cut(bytes, 100))).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(ArchiveError);
    }
  });
});
