import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { BlobMissing, type BlobStore } from '#lib/blobs/port.ts';

/** Opens an empty blob store. */
export type OpenBlobs = () => Promise<{ readonly blobs: BlobStore; close(): Promise<void> }>;

/** Registers the suite that every adapter of the blob port passes. */
export function blobStoreContract(name: string, openBlobs: OpenBlobs): void {
  describe(`${name}: the blob port`, () => {
    let opened: Awaited<ReturnType<OpenBlobs>>;
    before(async () => {
      opened = await openBlobs();
    });
    after(() => opened.close());

    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    const read = async (hash: string): Promise<Buffer> => Buffer.concat(await Array.fromAsync(opened.blobs.read(hash)));

    for (const size of [0, 1, 262_144, 262_145, 3_000_000]) {
      it(`gives back ${size} bytes`, async () => {
        const bytes = new Uint8Array(size).map((_, i) => (i * 31 + (i >> 8)) & 255);
        const hash = await opened.blobs.put(bytes);
        expect(hash).to.equal(sha256(bytes));
        expect(await opened.blobs.size(hash)).to.equal(size);
        expect((await read(hash)).equals(bytes)).to.equal(true);
        for await (const chunk of opened.blobs.read(hash)) expect(chunk.length).to.be.within(1, 262_144);
      });
    }

    it('takes the same bytes again, at once too', async () => {
      const bytes = text('the same');
      const hashes = await Promise.all(Array.from({ length: 10 }, () => opened.blobs.put(bytes)));
      expect(new Set(hashes)).to.deep.equal(new Set([sha256(bytes)]));
      expect((await read(sha256(bytes))).toString()).to.equal('the same');
    });

    it('misses what is not there', async () => {
      const hash = sha256(text('never put'));
      expect(await opened.blobs.size(hash)).to.equal(undefined);
      const error: unknown = await read(hash).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(BlobMissing);
    });

    it('removes, and minds nothing absent', async () => {
      const hash = await opened.blobs.put(text('short-lived'));
      await opened.blobs.remove(hash);
      await opened.blobs.remove(hash);
      expect(await opened.blobs.size(hash)).to.equal(undefined);
    });

    it('takes no other names', async () => {
      const error: unknown = await opened.blobs.size('../store.sqlite').catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(TypeError);
    });
  });
}
